// The part of the harness that lives in the page. It is injected before any script
// of the page runs, in every document, and tells the harness what the page holds.
//
// Roles and names are the browser's own: Chromium has them as computedRole and
// computedName when it is started with ComputedAccessibilityInfo. The domain
// Accessibility is on meanwhile: without it each look would build the whole tree anew.
(() => {
  if (globalThis.__e2e) return;

  // What is wrong goes to the harness at once: the next document would forget it.
  addEventListener(
    "securitypolicyviolation",
    (e) =>
      globalThis.__e2eReport?.(
        `${e.effectiveDirective} refuses ${e.blockedURI || "inline"}` +
          (e.sample ? ` (${e.sample})` : "") +
          (e.sourceFile ? ` at ${e.sourceFile}:${e.lineNumber}` : ""),
      ),
    true,
  );

  // Layout shifts that no input of the last half second explains.
  const shifts = [];
  const takeShifts = (entries) => {
    for (const entry of entries) {
      if (entry.hadRecentInput) continue;
      const what = (entry.sources ?? []).map((s) => (s.node ? describe(s.node) : "something that is gone"));
      shifts.push({ value: entry.value, what: [...new Set(what)].join(", ") });
    }
  };
  const shiftObserver = new PerformanceObserver((list) => takeShifts(list.getEntries()));
  shiftObserver.observe({ type: "layout-shift", buffered: true });

  const tidy = (text) => (text ?? "").replace(/\s+/g, " ").trim();
  const missing = (why) => ({ missing: why });

  const describe = (node) => {
    const e = node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement;
    if (!e) return "a text";
    const name = tidy(e.computedName);
    const label = name || tidy(e.innerText).slice(0, 40);
    return `${e.computedRole || e.localName}${label ? ` ${JSON.stringify(label)}` : ""}`;
  };

  const perceivable = (e) =>
    e.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true }) && !e.closest("[aria-hidden=true], [inert]");

  const sameRole = (e, role) => {
    const computed = e.computedRole;
    return computed === role || (role === "img" && computed === "image");
  };

  const fields =
    "input:not([type=hidden]), textarea, select, [contenteditable=''], [contenteditable=true], " +
    "[role=textbox], [role=searchbox], [role=combobox], [role=spinbutton], [role=switch], [role=checkbox], [role=radiogroup]";

  // candidates are the elements of a role below the root; "field" is whatever has a label
  // and takes a value, "choice" what opens a list.
  const candidates = (root, role) => {
    if (role === "field") return [...root.querySelectorAll(fields)].filter(perceivable);
    const all = [...root.querySelectorAll("*")].filter(perceivable);
    if (role === "choice") {
      return all.filter((e) => e.localName === "select" || sameRole(e, "combobox") || e.getAttribute("aria-haspopup") === "listbox");
    }
    return all.filter((e) => sameRole(e, role));
  };

  // find returns the elements of the role with exactly the name; every one when the name is empty.
  const find = (root, { role, name }) => {
    const found = candidates(root, role);
    if (!name) return found;
    const wanted = tidy(name);
    const exact = found.filter((e) => tidy(e.computedName) === wanted);
    if (exact.length || (role !== "choice" && role !== "option")) return exact;
    return found.filter((e) => tidy(e.computedName).startsWith(wanted + " ")); // with its value, or its hint, behind it
  };

  // within follows the scopes of a part of the page. A scope may also be named by a text that it holds.
  const within = (path) => {
    let root = document.documentElement;
    for (const scope of path) {
      let found = find(root, scope);
      if (!found.length) {
        found = candidates(root, scope.role).filter((e) => tidy(e.innerText).includes(tidy(scope.name)));
      }
      if (found.length !== 1) return { error: count(found, scope) };
      root = found[0];
    }
    return { root };
  };

  const count = (found, { role, name }) => {
    const what = `${role}${name ? ` ${JSON.stringify(name)}` : ""}`;
    return found.length ? `there are ${found.length} of ${what}: say which with Within` : `there is no ${what}`;
  };

  const one = (path) => {
    const scope = within(path.slice(0, -1));
    if (scope.error) return scope;
    const found = find(scope.root, path.at(-1));
    return found.length === 1 ? { element: found[0] } : { error: count(found, path.at(-1)) };
  };

  const disabled = (e) => e.matches(":disabled") || e.closest("[aria-disabled=true]") !== null;

  // shownText is the text as it is seen; an element that is nobody's to perceive has none.
  const shownText = (root) => tidy(root === document.documentElement ? document.body?.innerText : root.innerText);

  const frame = (next) => {
    let done = false;
    const once = () => {
      if (!done) next();
      done = true;
    };
    requestAnimationFrame(once);
    setTimeout(once, 100); // a page that is not painted has no frames
  };

  // until looks once a frame until the probe finds nothing missing, or the limit is over.
  const until = (limit, probe) =>
    new Promise((resolve) => {
      const end = performance.now() + limit;
      const look = () => {
        let answer;
        try {
          answer = probe();
        } catch (e) {
          answer = missing(String(e));
        }
        if (!answer.missing || performance.now() > end) resolve(answer);
        else frame(look);
      };
      look();
    });

  // spot is a point at which a click reaches the element, or says why there is none.
  const spot = (e) => {
    let cover;
    for (const target of [e, ...(e.labels ?? [])]) {
      const box = target.getBoundingClientRect();
      const x = box.x + box.width / 2;
      const y = box.y + box.height / 2;
      const hit = document.elementFromPoint(x, y);
      if (box.width && box.height && hit && (target.contains(hit) || hit.closest("label")?.control === e)) {
        return { x, y, box };
      }
      cover ??= hit;
    }
    return { cover };
  };

  const busy = () => {
    const waiting = [...document.querySelectorAll("[aria-busy=true]")].filter((e) => e.checkVisibility());
    if (waiting.length) return `${describe(waiting[0])} is busy`;
    // A banner that says that something is tried turns its wheel for as long as it is there.
    const endless = (a) => a.effect?.getComputedTiming().activeDuration === Infinity && a.effect.target?.closest("[role=status]");
    const moving = document.getAnimations().filter((a) => a.playState === "running" && a.effect?.getComputedTiming().activeDuration !== 0 && !endless(a));
    if (moving.length) return `${describe(moving[0].effect?.target ?? document.body)} moves`;
    if (document.fonts.status !== "loaded") return "fonts are on their way";
    if (document.readyState !== "complete") return "the document is on its way";
    if (!shownText(document.documentElement)) return "nothing is shown yet";
    if ([...document.images].some((i) => !i.complete)) return "a picture is on its way";
    return "";
  };

  let held = null; // the element of the last answer

  // What came of pressing the held element. On a slow machine the page may move, or make the
  // element anew, between the look for its place and the press: then a person presses again.
  let down = false;
  let clicked = false;
  let instead = "nothing";
  const reached = (e) => held && (held.contains(e.target) || e.target.closest?.("label")?.control === held);
  const takePress = (e) => {
    down ||= reached(e);
    if (!down) instead = describe(e.target.closest?.("label")?.control ?? e.target);
  };
  addEventListener("pointerdown", takePress, true);
  addEventListener("click", (e) => (clicked ||= reached(e)), true);
  const opensWhenPressed = (e) => !e.isConnected || e.hasAttribute("aria-haspopup") || e.getAttribute("role") === "combobox" || e.matches("input, textarea, select");

  globalThis.__e2e = Object.freeze({
    // ready waits for one element that can be used, holds it and returns a point in it.
    ready: (limit, path) => {
      let before = "";
      return until(limit, () => {
        const { element, error } = one(path);
        if (error) return missing(error);
        if (disabled(element)) return missing(`${describe(element)} is disabled`);
        let at = spot(element);
        if (!at.box) {
          element.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
          at = spot(element);
        }
        if (!at.box) return missing(`${describe(element)} is covered by ${at.cover ? describe(at.cover) : "the edge of the window"}`);
        const now = JSON.stringify(at.box);
        if (now !== before) {
          before = now;
          return missing(`${describe(element)} moves`);
        }
        held = element;
        down = clicked = false;
        instead = "nothing";
        return { value: { x: at.x, y: at.y, kind: element.localName === "input" ? element.type : element.localName } };
      });
    },
    // pressed waits for the press on the element that ready found to have reached it. A new
    // document holds none.
    pressed: (limit) => until(limit, () => (!held || clicked || (down && opensWhenPressed(held)) ? { value: true } : missing(`the press reached ${instead} and not ${describe(held)}`))),
    found: (limit, path) =>
      until(limit, () => {
        const { element, error } = one(path);
        if (error) return missing(error);
        held = element;
        return { value: true };
      }),
    gone: (limit, path) =>
      until(limit, () => {
        const scope = within(path.slice(0, -1));
        if (scope.error || !find(scope.root, path.at(-1)).length) return { value: true };
        const { role, name } = path.at(-1);
        return missing(`${role}${name ? ` ${JSON.stringify(name)}` : ""} is still there`);
      }),
    see: (limit, path, text) =>
      until(limit, () => {
        const scope = within(path);
        if (scope.error) return missing(scope.error);
        return shownText(scope.root).includes(tidy(text)) ? { value: true } : missing(`the text ${JSON.stringify(text)} is not there`);
      }),
    unsee: (limit, path, text) =>
      until(limit, () => {
        const scope = within(path);
        if (scope.error) return { value: true };
        return shownText(scope.root).includes(tidy(text)) ? missing(`the text ${JSON.stringify(text)} is still there`) : { value: true };
      }),
    loaded: (limit) =>
      until(limit, () => (document.readyState === "complete" ? { value: true } : missing("the document is not loaded"))),
    at: (limit, path) =>
      until(limit, () => (location.pathname === path ? { value: true } : missing(`the page is at ${location.pathname} and not at ${path}`))),
    // settled waits for three quiet frames: what an answer changes is on the way for one or two.
    settled: (limit) => {
      let quiet = 0;
      return until(limit, () => {
        const why = busy();
        quiet = why ? 0 : quiet + 1;
        if (why) return missing(why);
        return quiet < 3 ? missing("the page has no frames") : { value: true };
      });
    },
    focused: (limit, role, name) =>
      until(limit, () => {
        const e = document.activeElement;
        if (e && sameRole(e, role) && (!name || tidy(e.computedName) === tidy(name))) return { value: true };
        return missing(`the focus is on ${e ? describe(e) : "nothing"}`);
      }),
    heldHasFocus: (limit) =>
      until(limit, () =>
        held.contains(document.activeElement) ? { value: true } : missing(`${describe(held)} did not take the focus, which is on ${describe(document.activeElement)}`),
      ),
    heldHolds: (limit, text) =>
      until(limit, () => {
        const now = held.value ?? held.innerText;
        return now.replace(/\s/g, "") === text.replace(/\s/g, "") ? { value: true } : missing(`${describe(held)} holds ${JSON.stringify(now)} after ${JSON.stringify(text)} was typed`);
      }),
    // put gives the held field a value as its own picker does.
    put: (limit, text) =>
      until(limit, () => {
        let value = text;
        if (held.localName === "select") {
          const option = [...held.options].find((o) => tidy(o.label) === tidy(text));
          if (!option) return missing(`${describe(held)} has no option ${JSON.stringify(text)}`);
          value = option.value;
        }
        held.focus();
        Object.getOwnPropertyDescriptor(Object.getPrototypeOf(held), "value").set.call(held, value);
        held.dispatchEvent(new Event("input", { bubbles: true }));
        held.dispatchEvent(new Event("change", { bubbles: true }));
        return { value: true };
      }),
    attribute: (name) => ({ value: held.getAttribute(name) }),
    holds: () => ({ value: "value" in held ? held.value : tidy(held.innerText) }),
    checked: () => ({ value: held.checked ?? held.getAttribute("aria-checked") === "true" }),
    enabled: () => ({ value: !disabled(held) }),
    text: (path) => {
      const scope = within(path);
      return scope.error ? missing(scope.error) : { value: shownText(scope.root) };
    },
    names: (path) => {
      const scope = within(path.slice(0, -1));
      if (scope.error) return missing(scope.error);
      return { value: find(scope.root, path.at(-1)).map((e) => tidy(e.computedName) || tidy(e.innerText)) };
    },
    focusedName: () => ({ value: tidy(document.activeElement?.computedName) }),

    shifts: () => {
      takeShifts(shiftObserver.takeRecords());
      return { value: shifts };
    },

    // stored is all that the page keeps, by place.
    stored: async () => {
      const value = {
        "the address": location.href,
        "the title": document.title,
        "the referrer": document.referrer,
        "the state of the history": JSON.stringify(history.state),
        "window.name": window.name,
        "the cookies that scripts can read": document.cookie,
        "the document": new XMLSerializer().serializeToString(document),
        "the fields": [...document.querySelectorAll("input, textarea, select")].map((e) => e.value).join("\n"),
      };
      for (const [place, storage] of Object.entries({ localStorage, sessionStorage })) {
        for (const [key, text] of Object.entries(storage)) value[`${place} ${key}`] = `${key}=${text}`;
      }
      for (const { name } of await indexedDB.databases()) value[`the database ${name}`] = name;
      for (const name of "caches" in globalThis ? await caches.keys() : []) {
        const requests = await (await caches.open(name)).keys();
        value[`the cache ${name}`] = [name, ...requests.map((r) => r.url)].join("\n");
      }
      return { value };
    },

    // summary tells a person who reads a failure what was on the page.
    summary: () => {
      const roles = ["heading", "alert", "status", "dialog", "alertdialog", "button", "link", "textbox", "searchbox", "combobox", "option", "checkbox", "radio", "switch", "tab", "menuitem", "columnheader", "row"];
      const things = [];
      for (const e of document.querySelectorAll("*")) {
        if (!roles.includes(e.computedRole) || !perceivable(e)) continue;
        const marks = [disabled(e) && "disabled", e === document.activeElement && "focused"].filter(Boolean);
        things.push(describe(e) + (marks.length ? ` (${marks.join(", ")})` : ""));
      }
      return { value: { address: location.href, title: document.title, things: things.slice(0, 80), text: document.body?.innerText ?? "" } };
    },
  });
})();
