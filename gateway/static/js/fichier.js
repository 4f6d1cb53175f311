// A file chosen on this computer is read into the text that the form sends: what is looked at is what is sent.
const read = (bytes) => {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes); // as spreadsheets on Windows write it
  }
};
const place = document.querySelector("[data-fichier]");
const field = document.querySelector("textarea.csv");
if (place && field) {
  place.hidden = false;
  place.querySelector("input").addEventListener("change", async (event) => {
    const [file] = event.target.files;
    if (file) field.value = read(await file.arrayBuffer());
    field.focus();
  });
}
