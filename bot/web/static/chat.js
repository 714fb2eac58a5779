// Makes the chat page talk without loading again. Everything said is put in as text, never as markup.
"use strict";

const room = document.getElementById("chat");
const log = document.getElementById("log");
const composer = document.getElementById("composer");
const field = document.getElementById("text");
const typing = document.getElementById("typing");
const trouble = document.getElementById("trouble");
const picker = document.getElementById("files");
const chosen = document.getElementById("chosen");
const pattern = document.getElementById("said");
const names = { person: room.dataset.you, shop: log.querySelector(".speaker").textContent };
names.staff = room.dataset.inPerson;
const IDLE_MS = 25 * 60 * 1000; // a page nobody touches must not keep a session alive
const LOOK_MS = 60 * 1000;
let last = Number(room.dataset.last);
let stream = null;
let underWay = 0;
let touchedAt = Date.now();
const shown = new Set();

function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function putText(place, text) {
  const base = room.dataset.base;
  const links = new RegExp(`(${base.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}(?:/[\\w./-]*\\w|/)?)(?!\\w)`);
  text.split(links).forEach((part, at) => {
    if (at % 2 === 0) {
      place.append(part);
      return;
    }
    const link = document.createElement("a");
    const path = part.slice(base.length) || "/";
    link.href = path === "/sign-in" ? "/sign-in?next=/chat" : path;
    link.textContent = part;
    place.append(link);
  });
}

function bubble(speaker, text, saidAt, when) {
  const item = pattern.content.firstElementChild.cloneNode(true);
  item.classList.add(`by-${speaker}`);
  item.querySelector(".speaker span").textContent = names[speaker] || names.shop;
  const time = item.querySelector("time");
  time.dateTime = saidAt;
  time.textContent = when;
  const place = item.querySelector(".said-text");
  if (text) putText(place, text);
  else place.remove();
  return item;
}

function attachmentCard(attachment) {
  const card = document.createElement("a");
  card.className = "attachment";
  card.href = attachment.url;
  if (attachment.media_type.startsWith("image/")) {
    card.classList.add("is-photo");
    const photo = document.createElement("img");
    photo.src = attachment.url;
    photo.alt = "";
    photo.addEventListener("load", toEnd);
    const caption = document.createElement("strong");
    caption.textContent = attachment.name;
    card.append(photo, caption);
    return card;
  }
  card.setAttribute("download", "");
  const name = document.createElement("strong");
  name.textContent = attachment.name;
  const action = document.createElement("span");
  action.textContent = room.dataset.download;
  card.append(name, action);
  return card;
}

function choices(buttons) {
  const group = document.createElement("div");
  group.className = "choices";
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", room.dataset.choices);
  buttons.forEach((button) => {
    const key = document.createElement("button");
    key.type = "button";
    key.textContent = button.label;
    key.addEventListener("click", () => press(key, group, button));
    group.append(key);
  });
  return group;
}

function show(message) {
  if (message.id <= Number(room.dataset.last) || shown.has(message.id)) return;
  shown.add(message.id);
  last = Math.max(last, message.id);
  log.querySelectorAll(".choices").forEach((group) => group.remove());
  const mine = message.speaker === "person" ? log.querySelector(".is-waiting") : null;
  const item = bubble(message.speaker, message.text, message.said_at, message.when);
  item.dataset.id = message.id;
  message.attachments.forEach((attachment) => item.append(attachmentCard(attachment)));
  if (message.buttons.length) item.append(choices(message.buttons));
  if (mine) mine.replaceWith(item);
  else log.append(item);
  toEnd();
}

function toEnd() {
  log.scrollTop = log.scrollHeight;
}

async function ask(path, options) {
  const answer = await fetch(path, { cache: "no-store", credentials: "same-origin", ...options });
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(told.error || room.dataset.silent);
  return told;
}

async function fetchNews() {
  const told = await ask(`/api/chat/messages?after=${last}&chat=${encodeURIComponent(room.dataset.chat)}`);
  told.messages.forEach(show);
}

async function send(turn, again) {
  trouble.hidden = true;
  const waiting = bubble("person", turn.text || turn.shown, new Date().toISOString(), "");
  waiting.classList.add("is-waiting");
  log.append(waiting);
  underWay += 1;
  typing.hidden = false;
  toEnd();
  try {
    await (turn.files ? sendFiles(turn) : ask("/api/chat", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ ...turn, chat: room.dataset.chat }) }));
    await fetchNews();
    waiting.remove();
  } catch (failure) {
    waiting.remove();
    trouble.textContent = failure instanceof TypeError ? room.dataset.away : failure.message;
    trouble.hidden = false;
    again();
  } finally {
    underWay -= 1;
    typing.hidden = underWay === 0;
    toEnd();
  }
}

function sendFiles(turn) {
  const form = new FormData();
  const fields = { text: turn.text, delivery_id: turn.delivery_id, chat: room.dataset.chat, form_token: composer.elements.form_token.value };
  Object.entries(fields).forEach(([name, value]) => form.append(name, value));
  turn.files.forEach((file) => form.append("files", file, file.name));
  return ask("/api/chat/files", { method: "POST", body: form });
}

function showChosen() {
  const names = picker ? Array.from(picker.files, (file) => file.name) : [];
  chosen.querySelector("span").textContent = names.join(", ");
  chosen.hidden = names.length === 0;
}

if (picker) {
  picker.addEventListener("change", () => {
    showChosen();
    field.focus();
  });
  chosen.querySelector("button").addEventListener("click", () => {
    picker.value = "";
    showChosen();
    field.focus();
  });
}

function press(key, group, button) {
  group.querySelectorAll("button").forEach((other) => { other.disabled = true; });
  field.focus();
  // the same delivery id on a second try, so that a press that did arrive is not done twice
  button.delivery_id = button.delivery_id || newId();
  send({ text: button.label, button: button.value, delivery_id: button.delivery_id }, () => {
    group.querySelectorAll("button").forEach((other) => { other.disabled = false; });
  });
}

function takeOver(form) {
  form.querySelectorAll("button[type=submit]").forEach((key) => { key.type = "button"; });
}

composer.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = field.value;
  const sent = picker ? picker.files : null;
  if (!text.trim() && !(sent && sent.length)) return;
  const turn = { text, delivery_id: composer.dataset.unsent === text ? composer.dataset.delivery : newId() };
  if (sent && sent.length) {
    turn.files = Array.from(sent);
    turn.shown = turn.files.map((file) => file.name).join(", ");
    picker.value = "";
    showChosen();
  }
  field.value = "";
  field.focus();
  send(turn, () => {
    if (!field.value) field.value = text;
    if (turn.files && !picker.files.length) {
      const again = new DataTransfer();
      turn.files.forEach((file) => again.items.add(file));
      picker.files = again.files;
      showChosen();
    }
    composer.dataset.unsent = text;
    composer.dataset.delivery = turn.delivery_id;
  });
});

field.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    composer.requestSubmit();
  }
});

document.querySelectorAll(".starters").forEach((form) => {
  takeOver(form);
  form.querySelectorAll("button").forEach((key) => {
    key.hidden = false;
    key.addEventListener("click", () => {
      field.focus();
      if (key.dataset.fill) {
        field.value = key.dataset.fill;
        field.setSelectionRange(Number(key.dataset.caret), Number(key.dataset.caret));
      } else {
        send({ text: key.value, delivery_id: newId() }, () => {});
      }
    });
  });
});

log.querySelectorAll("form.choices").forEach((form) => {
  takeOver(form);
  form.querySelectorAll("button").forEach((key) => {
    const button = { label: key.textContent, value: key.value };
    key.addEventListener("click", () => press(key, form, button));
  });
});

function listen() {
  if (stream || document.hidden || Date.now() - touchedAt > IDLE_MS) return;
  stream = new EventSource(`/api/chat/events?after=${last}&chat=${encodeURIComponent(room.dataset.chat)}`);
  stream.addEventListener("said", (event) => show(JSON.parse(event.data)));
  stream.addEventListener("error", () => {
    if (stream && stream.readyState === EventSource.CLOSED) stop();
  });
}

function stop() {
  if (stream) stream.close();
  stream = null;
}

["keydown", "pointerdown"].forEach((kind) => {
  document.addEventListener(kind, () => {
    touchedAt = Date.now();
    listen();
  }, { passive: true });
});
document.addEventListener("visibilitychange", () => (document.hidden ? stop() : listen()));
window.addEventListener("pagehide", stop);
setInterval(() => {
  if (Date.now() - touchedAt > IDLE_MS) stop();
}, LOOK_MS);

toEnd();
listen();
