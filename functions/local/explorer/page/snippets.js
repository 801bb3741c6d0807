// A panel's requests as code to copy.

import { readToken, target } from "./api.js";
import { announce, byId, element } from "./dom.js";

const quote = text => `'${text.replaceAll("'", `'\\''`)}'`;

export function asCurl(request) {
  const parts = ["curl"];
  if (request.method !== "GET") parts.push("-X", request.method);
  parts.push(quote(location.origin + target(request)));
  if (readToken()) parts.push('-H "x-nutri-token: $TOKEN"');
  if (request.body !== undefined)
    parts.push("-H 'content-type: application/json'", "-d", quote(JSON.stringify(request.body)));
  return parts.join(" ");
}

/** For the package that `make client` builds. */
export function asTypeScript(requests) {
  const lines = [
    'import { createNutriClient } from "nutri-ml-client";',
    "",
    `const nutri = createNutriClient({ baseUrl: ${JSON.stringify(location.origin)} });`,
  ];
  for (const [name, request] of requests) {
    const options = {};
    if (Object.keys(request.params).length) options.path = request.params;
    if (Object.keys(request.query).length) options.query = request.query;
    const given = [];
    if (Object.keys(options).length) given.push(`params: ${literal(options)}`);
    if (request.body !== undefined) given.push(`body: ${literal(request.body)}`);
    const second = given.length ? `, {\n  ${given.join(",\n  ")},\n}` : "";
    lines.push(
      "",
      `const ${name} = await nutri.${request.method}(${JSON.stringify(request.path)}${second});`,
    );
  }
  return lines.join("\n") + "\n";
}

function literal(value) {
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const fields = Object.entries(value).map(
    ([name, inner]) => `${/^\w+$/.test(name) ? name : JSON.stringify(name)}: ${literal(inner)}`,
  );
  return `{ ${fields.join(", ")} }`;
}

/** The two buttons of a panel. `requests` gives [[variable, request], …] when pressed. */
export function copyButtons(subject, requests) {
  const curl = () =>
    requests()
      .map(([, request]) => asCurl(request))
      .join("\n");
  return [
    button("curl", `Copy ${subject} as curl`, curl),
    button("TypeScript", `Copy ${subject} as TypeScript`, () => asTypeScript(requests())),
  ];
}

function button(text, label, write) {
  const show = () => showSnippet(label, write());
  return element(
    "button",
    { type: "button", class: "quiet copy", "aria-label": label, title: label, onclick: show },
    text,
  );
}

async function showSnippet(label, text) {
  byId("snippet-title").textContent = label.replace("Copy ", "").replace(/^./, first => first.toUpperCase());
  byId("snippet-text").textContent = text;
  byId("snippet-said").textContent = "";
  /** @type {HTMLDialogElement} */ (byId("snippet")).showModal();
  try {
    await navigator.clipboard.writeText(text);
    byId("snippet-said").textContent = "Copied to the clipboard.";
    announce("Copied to the clipboard.");
  } catch {
    byId("snippet-said").textContent = "This browser keeps the clipboard closed: select the text to copy it.";
  }
}
