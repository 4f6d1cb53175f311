// The link's secret stands behind the #: put it in the form, and out of the address bar and its history.
const secret = location.hash.slice(1);
if (secret) {
  document.getElementById("secret").value = secret;
  document.getElementById("coller").hidden = true;
  history.replaceState(null, "", location.pathname);
}
