// Shows what changed quantities would cost before they are saved.
"use strict";

const form = document.getElementById("quantities");
const part = (name, inside = document) => inside.querySelector(`[data-is="${name}"]`);
const fields = Array.from(form.querySelectorAll("input.quantity"));
const savedTotal = part("grand-total").textContent;
const before = new Map(fields.map((field) => [field, figures(field)]));
let asked = 0;
let waiting = null;

part("preview").hidden = true;
part("save").hidden = false;

function figures(field) {
  const line = field.closest("[data-line]");
  const told = { line };
  ["unit_cost", "total", "risk", "explanation"].forEach((name) => {
    const place = part(name, line);
    if (place) told[name] = place.textContent;
  });
  return told;
}

function write(line, told) {
  ["unit_cost", "total", "risk", "explanation"].forEach((name) => {
    const place = part(name, line);
    if (place && told[name] !== undefined) place.textContent = told[name];
  });
  part("fault", line).textContent = told.fault || "";
  part("alternatives", line).textContent = told.alternatives && told.alternatives.length ? `Instead: ${told.alternatives.join(" · ")}` : "";
}

function isWhole(field) {
  return /^[0-9]{1,9}$/.test(field.value.trim());
}

function changed() {
  return fields.filter((field) => field.value.trim() !== field.dataset.shown);
}

async function reprice() {
  const ours = (asked += 1);
  const edited = changed();
  fields.forEach((field) => {
    const { line } = before.get(field);
    line.classList.toggle("is-changed", edited.includes(field));
    if (!edited.includes(field)) write(line, before.get(field));
  });
  part("unsaved").hidden = edited.length === 0;
  part("approve").disabled = edited.length > 0;
  part("save").disabled = true;
  part("grand-total").textContent = savedTotal;
  edited.filter((field) => !isWhole(field)).forEach((field) => {
    part("fault", before.get(field).line).textContent = "A quantity is a whole number; 0 drops the line.";
  });
  const good = edited.filter(isWhole);
  if (!good.length) return;
  const quantities = Object.fromEntries(good.map((field) => [before.get(field).line.dataset.line, Number(field.value)]));
  let told;
  try {
    const answer = await fetch(form.dataset.reprice, {
      method: "POST", headers: { "Content-Type": "application/json" }, credentials: "same-origin", body: JSON.stringify({ quantities }),
    });
    told = await answer.json();
    if (!answer.ok) throw new Error(told.error);
  } catch (failure) {
    told = { lines: {}, problem: failure instanceof TypeError ? "The cost cannot be computed just now." : failure.message };
  }
  if (ours !== asked) return; // a newer question is under way
  let hasFault = good.length < edited.length || Boolean(told.problem);
  good.forEach((field) => {
    const { line } = before.get(field);
    const one = told.lines[line.dataset.line];
    if (!one) {
      part("fault", line).textContent = told.problem || "";
    } else if (one.fault) {
      hasFault = true;
      write(line, { ...before.get(field), fault: one.fault, alternatives: one.alternatives });
    } else {
      write(line, { unit_cost: one.unit_cost.text, total: one.total.text, risk: one.risk.text, explanation: one.explanation, alternatives: one.alternatives });
    }
  });
  part("save").disabled = hasFault;
  if (!hasFault) part("grand-total").textContent = told.total.text;
}

fields.forEach((field) => {
  field.addEventListener("input", () => {
    part("save").disabled = true;
    clearTimeout(waiting);
    waiting = setTimeout(reprice, 200);
  });
});
form.addEventListener("submit", (event) => {
  if (part("save").disabled) event.preventDefault(); // Enter in a field: first show the cost
});
reprice();
