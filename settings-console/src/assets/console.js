// What pages do in addition to plain forms. Each part may fail alone; without script, everything else works.
"use strict";
(() => {
  const by = (id) => document.getElementById(id);
  const form = by("settings");
  const root = document.body.dataset.root;
  const part = (run) => { try { run(); } catch (error) { console.warn(error); } };
  const pathOf = (name) => { const at = name.indexOf("."); return at > 0 ? name.slice(at + 1) : ""; };
  const isMark = (input) => input.type === "checkbox" || input.type === "radio";
  const element = (tag, text, props) => Object.assign(document.createElement(tag), { textContent: text || "" }, props);

  const values = () => {
    const found = new Map();
    for (const [name, value] of new FormData(form)) {
      if (/^[vdnekm]\./.test(name)) {
        const path = pathOf(name);
        found.set(path, (found.get(path) || "") + name[0] + value + "\n");
      }
    }
    return found;
  };

  // "/" leads to the search.
  part(() => document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) {
      event.preventDefault();
      by("q").focus();
    }
  }));

  // The list of mistakes is read out first.
  part(() => { const summary = by("summary"); if (summary) summary.focus(); });

  // A page that is open learns that the file was changed.
  part(() => {
    const look = async () => {
      if (document.hidden) return;
      const answer = await fetch(root + "status");
      if (answer.ok && (await answer.json()).revision !== document.body.dataset.revision) by("changed").hidden = false;
    };
    setInterval(() => look().catch(() => {}), 10000);
  });

  if (!form) return;

  // A typed value is meant: the box for the default is unchecked.
  part(() => form.addEventListener("input", (event) => {
    const name = event.target.name || "";
    if (!/^[vekm]\./.test(name) || event.target.type === "radio") return;
    for (const box of form.querySelectorAll("[data-default],[data-null]")) {
      if (pathOf(box.name) === pathOf(name)) box.checked = false;
    }
  }));

  // Lists and maps have one empty row more than is filled in.
  part(() => form.addEventListener("input", (event) => {
    const rows = event.target.closest("[data-rows]");
    const last = rows && rows.lastElementChild;
    if (!last || !last.contains(event.target) || !event.target.value) return;
    const row = last.cloneNode(true);
    for (const input of row.querySelectorAll("input")) { input.value = ""; input.removeAttribute("id"); }
    rows.append(row);
  }));

  // The field for a new secret appears where its link is.
  part(() => document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-replace]");
    if (!link) return;
    event.preventDefault();
    const json = link.dataset.json;
    const field = element(json ? "textarea" : "input", "", { name: "v." + link.dataset.replace, id: link.id, autocomplete: json ? "off" : "new-password", spellcheck: false });
    if (!json) field.type = "password";
    field.setAttribute("aria-label", link.dataset.title + ", new value");
    field.setAttribute("aria-describedby", link.getAttribute("aria-describedby"));
    link.replaceWith(field);
    field.focus();
  }));

  // What is changed and not saved is counted, and kept while this tab is open. Secrets are never kept.
  part(() => {
    const start = values();
    const key = "draft " + location.pathname.replace(/(review|edit|save|test-mail)$/, "p/" + form.dataset.page);
    const others = () => {
      let count = 0;
      for (let i = 0; i < sessionStorage.length; i++) {
        const name = sessionStorage.key(i);
        if (name.startsWith("draft ") && name !== key) count += Object.keys(JSON.parse(sessionStorage.getItem(name)).paths).length;
      }
      return count;
    };
    const count = () => {
      const now = values(), paths = {};
      for (const section of form.querySelectorAll(".setting")) {
        const changed = (now.get(section.id) || "") !== (start.get(section.id) || "");
        section.classList.toggle("unsaved", changed);
        if (changed) paths[section.id] = true;
      }
      const fields = [];
      for (const input of form.elements) {
        if (/^[vdnekm]\./.test(input.name) && paths[pathOf(input.name)] && input.type !== "password" && !(input.tagName === "TEXTAREA" && input.getAttribute("autocomplete") === "off")) {
          fields.push([input.name, isMark(input) ? (input.checked ? input.value : null) : input.value]);
        }
      }
      const here = Object.keys(paths).length, there = others();
      if (here) sessionStorage.setItem(key, JSON.stringify({ paths, fields })); else sessionStorage.removeItem(key);
      const words = (n) => n + (n === 1 ? " unsaved change" : " unsaved changes");
      by("unsaved").textContent = [here ? words(here) + " on this page" : "", there ? words(there) + " on other pages" : ""].filter(Boolean).join(", ");
    };
    const kept = sessionStorage.getItem(key);
    const named = (name) => [...form.elements].filter((input) => input.name === name);
    if (location.search.includes("saved=")) sessionStorage.removeItem(key);
    else if (kept && location.pathname.includes("/p/")) {
      const seen = {};
      for (const [name, value] of JSON.parse(kept).fields) {
        const inputs = named(name), at = seen[name] = (seen[name] ?? -1) + 1;
        if (!inputs.length) continue;
        if (isMark(inputs[0])) {
          for (const input of inputs) if (value === null ? input.type === "checkbox" : input.value === value) input.checked = value !== null;
          continue;
        }
        const row = at >= inputs.length && inputs.at(-1).closest(".row");
        if (row) row.after(row.cloneNode(true));
        const input = named(name)[at];
        if (input) input.value = value;
      }
    }
    form.addEventListener("input", count);
    form.addEventListener("change", count);
    for (const link of document.querySelectorAll("footer a.button")) link.addEventListener("click", () => sessionStorage.removeItem(key));
    count();
  });

  // The list of a long page is narrowed while one types.
  part(() => {
    const filter = by("filter");
    if (!filter) return;
    filter.parentElement.hidden = false;
    filter.addEventListener("input", () => {
      const words = filter.value.toLowerCase().split(/\s+/);
      for (const section of form.querySelectorAll(".setting")) {
        const text = section.textContent.toLowerCase();
        section.hidden = !words.every((word) => text.includes(word));
      }
    });
  });

  // A test appears step by step.
  part(() => {
    const result = by("test-result"), cancel = by("test-cancel");
    if (!result) return;
    let running = null;
    cancel.addEventListener("click", () => running && running.abort());
    document.addEventListener("click", (event) => {
      const button = event.target.closest("button[formaction$='test-mail']");
      if (!button) return;
      event.preventDefault();
      if (running) return;
      const body = new URLSearchParams(new FormData(form));
      body.set("action", button.value);
      test(button.getAttribute("formaction"), body).catch((error) => {
        result.append(element("p", error.name === "AbortError" ? "Cancelled." : "The test failed: " + error.message));
      }).finally(() => { running = null; cancel.hidden = true; });
    });
    const test = async (address, body) => {
      running = new AbortController();
      cancel.hidden = false;
      result.replaceChildren(element("p", "Testing…"));
      const answer = await fetch(address, { method: "POST", body, headers: { Accept: "application/x-ndjson" }, signal: running.signal });
      if (!answer.ok) {
        const text = await answer.text();
        let lines = [text];
        if ((answer.headers.get("Content-Type") || "").includes("json")) {
          const problem = JSON.parse(text);
          lines = (problem.errors || []).map((error) => error.message + (error.help ? " (" + error.help + ")" : ""));
          if (!lines.length) lines = [problem.detail];
        }
        result.replaceChildren(...lines.map((line) => element("p", line, { className: "notice bad" })));
        return;
      }
      const table = element("table"), rows = element("tbody");
      table.append(rows);
      result.replaceChildren(table);
      const reader = answer.body.getReader(), decoder = new TextDecoder();
      let text = "";
      for (;;) {
        const { done, value } = await reader.read();
        text += decoder.decode(value || new Uint8Array(), { stream: !done });
        const lines = text.split("\n");
        text = lines.pop();
        for (const line of lines.filter(Boolean)) show(JSON.parse(line), rows);
        if (done) return;
      }
    };
    const show = (step, rows) => {
      if (!step.step) {
        result.append(element("p", (step.healthy ? "The test succeeded. " : "The test failed. ") + (step.remark || "") + " Nothing was saved."));
        return;
      }
      const row = element("tr"), seen = element("td", step.seen);
      for (const hint of step.hints || []) seen.append(element("p", hint, { className: "hint" }));
      row.append(element("th", step.step, { scope: "row" }), element("td", step.status), seen);
      rows.append(row);
    };
  });
})();
