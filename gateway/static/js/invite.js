// The code of a link lives after the "#": it goes into the field, leaves the address bar, and waits for the press.
const form = document.querySelector("form[data-invite]");
const code = location.hash.slice(1);
if (form && /^\d{9}$/.test(code)) {
  history.replaceState(null, "", location.pathname);
  form.elements.code.value = code.replace(/(\d{3})(?=\d)/g, "$1 ");
}
