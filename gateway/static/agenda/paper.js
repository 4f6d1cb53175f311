// The one press that a sheet of paper needs.
const button = document.querySelector("[data-imprimer]");
button.hidden = false;
button.addEventListener("click", () => print());
