// Day or night without a page load; the same form works as a POST when scripts are off.
document.addEventListener("submit", (event) => {
  const form = event.target;
  const choice = event.submitter?.value;
  if (!form.matches(".bascule") || (choice !== "nuit" && choice !== "jour")) return;
  event.preventDefault();
  document.documentElement.dataset.theme = choice;
  document.cookie = `theme=${choice}; Path=/; Max-Age=31536000; SameSite=Lax${location.protocol === "https:" ? "; Secure" : ""}`;
  form.querySelector(`[value=${choice === "nuit" ? "jour" : "nuit"}]`).focus();
});
