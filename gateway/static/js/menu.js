// A menu that opens by itself also closes by itself: Escape gives the focus back, a press elsewhere just closes it.
const open = () => document.querySelectorAll("details[data-menu][open]");

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open]")) return;
  for (const menu of open()) {
    const within = menu.contains(document.activeElement);
    menu.open = false;
    event.preventDefault();
    if (within) menu.querySelector("summary").focus();
  }
});

for (const gesture of ["pointerdown", "focusin"])
  document.addEventListener(gesture, (event) => {
    for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
  });
