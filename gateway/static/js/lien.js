// The secret lives after the "#": servers never see it in an address. It leaves the address bar at once,
// waits in the form, and is sent only when the person presses the button.
const form = document.querySelector("[data-ouvrir]");
const secret = decodeURIComponent(location.hash.slice(1));
if (secret) {
  history.replaceState(null, "", location.pathname);
  if (form) {
    form.elements.secret.value = secret;
    document.querySelector("[data-sans-lien]").hidden = true;
    document.querySelector("[data-avec-lien]").hidden = false;
  }
}
