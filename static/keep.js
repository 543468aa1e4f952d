// Keeps what is chosen and typed in this tab until the service has it, and says whether it has.
// Everything works without this. What was taken is forgotten, and so is all of it with the tab.
(() => {
  const form = document.getElementById("f");
  const says = document.getElementById("kept");
  const key = "phieu " + location.pathname;
  let tab;
  try {
    tab = sessionStorage;
    for (const name of Object.keys(tab)) {
      if (name.startsWith("phieu ") && !(says && name === key)) tab.removeItem(name);
    }
  } catch {
    return;
  }
  if (!says) return;
  // Fields of the program's own have a hyphen in their names, questions have none.
  const answers = () => [...new FormData(form)].filter(([name, value]) => value && !name.includes("-"));
  const read = () => JSON.stringify(answers());
  const say = (what) => {
    says.textContent = says.dataset[what];
  };
  const copy = tab.getItem(key);
  if (copy && copy !== read()) {
    const kept = JSON.parse(copy);
    for (const field of form.querySelectorAll("input, textarea")) {
      if (field.type === "hidden") continue;
      const values = kept.filter(([name]) => name === field.name).map(([, value]) => value);
      if (/radio|checkbox/.test(field.type)) field.checked = values.includes(field.value);
      else field.value = values[0] ?? "";
    }
    say("unsaved");
  } else {
    tab.removeItem(key);
    if (answers().length && !document.querySelector(".errors")) say("saved");
  }
  form.addEventListener("input", () => {
    tab.setItem(key, read());
    say("unsaved");
  });
  form.addEventListener("submit", (event) => {
    if (navigator.onLine) return;
    event.preventDefault();
    say("offline");
  });
})();
