// What the pages do beyond links and forms: cards on citations, the side panel, copying, sorting.
// Every text is set as text; nothing here makes HTML of what an article says.
"use strict";
(() => {
  const framed = window.self !== window.top;
  if (framed) document.documentElement.classList.add("framed");
  const make = (name, properties = {}, ...children) => {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  };
  // The server tells days and hours in the reader's time zone (clock.py).
  document.cookie = `zone=${encodeURIComponent(Intl.DateTimeFormat().resolvedOptions().timeZone)}; path=/; max-age=31536000; samesite=lax`;
  const own = (link) => link instanceof HTMLAnchorElement && link.origin === location.origin;

  // Cards: outlet, date, headline and the exact quote in its paragraph, on hover and on focus.
  let card = null, carded = null;
  const hide = () => { card?.remove(); card = carded = null; };
  const show = (cite) => {
    hide();
    const { title, outlet, date, quote } = cite.dataset;
    card = make("div", { className: "hover-card", id: "hover-card", role: "tooltip" },
      make("p", { className: "facts", textContent: [outlet, date].filter(Boolean).join(" · ") }),
      make("p", { textContent: title, dir: "auto" }),
      make("p", { className: "quote", textContent: `“${quote}”`, dir: "auto" }));
    document.body.append(card);
    carded = cite;
    cite.setAttribute("aria-describedby", "hover-card");
    place();
    setTimeout(async () => {
      if (carded !== cite) return; // passed over
      const around = await paragraph(cite.href);
      if (carded !== cite || !around) return;
      const [before, words, after] = around;
      card.lastChild.replaceChildren(before, make("mark", { textContent: words }), after);
      place();
    }, RESTS);
  };
  // What stands in the same paragraph before a quote, the quote, and what stands behind it; from
  // the page of its article.
  const RESTS = 150, AROUND = 300; // milliseconds, characters
  const paragraphs = new Map();
  const paragraph = (address) => {
    const found = paragraphs.get(address) ?? fetch(address)
      .then((page) => page.text())
      .then((text) => surroundings(new DOMParser().parseFromString(text, "text/html")))
      .catch(() => { paragraphs.delete(address); return null; });
    paragraphs.set(address, found);
    return found;
  };
  const surroundings = (page) => {
    const mark = page.querySelector("#quote"), range = page.createRange();
    range.selectNodeContents(mark.closest(".text"));
    range.setEndBefore(mark);
    const before = range.toString().split("\n").at(-1);
    range.selectNodeContents(mark.closest(".text"));
    range.setStartAfter(mark);
    const after = range.toString().split("\n")[0];
    return [
      before.length > AROUND ? `… ${before.slice(-AROUND)}` : before,
      mark.textContent,
      after.length > AROUND ? `${after.slice(0, AROUND)} …` : after,
    ];
  };
  const place = () => {
    const cite = carded;
    const at = cite.getBoundingClientRect(), size = card.getBoundingClientRect();
    const below = at.bottom + size.height + 8 < window.innerHeight;
    card.style.top = `${Math.max(8, below ? at.bottom + 6 : at.top - size.height - 6)}px`;
    card.style.left = `${Math.max(8, Math.min(at.left, window.innerWidth - size.width - 16))}px`;
  };
  for (const name of ["mouseover", "focusin"]) {
    document.addEventListener(name, (event) => {
      const cite = event.target.closest?.("a.cite[data-quote]");
      if (cite) show(cite); else hide();
    });
  }
  document.addEventListener("scroll", () => {
    if (card && carded.matches(":hover, :focus")) place(); else hide();
  }, true);

  // The side panel, in the conversation only: articles and answers open beside it.
  // Back closes it; j and k lead to the next and the last citation of the same answer.
  let panel = null, opener = null;
  const isOpen = () => panel && !panel.hidden;
  const shut = () => {
    panel.hidden = true;
    document.body.classList.remove("with-panel");
    opener?.focus();
  };
  const close = () => {
    if (!isOpen()) return;
    shut();
    if (history.state?.panel) history.back();
  };
  // Its edge is drawn, or moved by the arrow keys: from 25 to 75 hundredths of the window.
  const width = (share) => {
    const kept = Math.min(75, Math.max(25, Math.round(share)));
    document.documentElement.style.setProperty("--panel", `${kept}vw`);
    return String(kept);
  };
  const edge = () => {
    const made = make("div", { tabIndex: 0, title: "Wider or narrower" });
    for (const [name, value] of [["role", "separator"], ["aria-orientation", "vertical"], ["aria-label", "Width of the source"], ["aria-valuemin", "25"], ["aria-valuemax", "75"], ["aria-valuenow", "46"]]) made.setAttribute(name, value);
    const set = (share) => made.setAttribute("aria-valuenow", width(share));
    made.addEventListener("pointerdown", (event) => { event.preventDefault(); made.setPointerCapture(event.pointerId); });
    made.addEventListener("pointermove", (event) => {
      if (made.hasPointerCapture(event.pointerId)) set(100 * (1 - event.clientX / window.innerWidth));
    });
    made.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: 5, ArrowRight: -5 }[event.key];
      if (step) set(Number(made.getAttribute("aria-valuenow")) + step);
    });
    return made;
  };
  const open = (link) => {
    if (!panel) {
      const button = make("button", { type: "button", textContent: "Close" });
      button.addEventListener("click", close);
      const alone = make("a", { textContent: "Open on its own", target: "_blank" });
      const frame = make("iframe", { title: "Source" });
      frame.addEventListener("load", () => { alone.href = frame.contentWindow.location.href; });
      panel = make("aside", { id: "panel" }, edge(), make("header", {}, button, alone), frame);
      panel.setAttribute("aria-label", "Source");
      document.body.append(panel);
    }
    if (!history.state?.panel) history.pushState({ panel: true }, "");
    opener = link;
    panel.hidden = false;
    document.body.classList.add("with-panel");
    panel.querySelector("iframe").contentWindow.location.replace(link.href);
    panel.querySelector("button").focus();
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.(".gradio-container a.cite, .gradio-container a.sheet");
    const plain = !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0;
    if (!link || !own(link) || !plain) return;
    event.preventDefault();
    hide();
    open(link);
  }, true);
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, textarea, select");
    if (event.key === "Escape" && card) hide();
    else if (event.key === "Escape") close();
    else if (isOpen() && !typing && isStep(event)) beside(steps[event.key]);
  });
  const steps = { j: 1, k: -1 };
  const isStep = (event) => event.key in steps && !event.ctrlKey && !event.metaKey && !event.altKey;
  const beside = (step) => {
    const found = [...(opener.closest(".answer")?.querySelectorAll("sup .cite") ?? [])];
    const cites = [...new Map(found.map((one) => [one.href, one])).values()];
    const at = cites.findIndex((one) => one.href === opener.href);
    if (cites.length) open(cites[(at + step + cites.length) % cites.length]);
  };
  if (framed) { // its own links leave nothing behind for Back, which closes the panel
    document.addEventListener("click", (event) => {
      const link = event.target.closest?.("a[href]");
      const plain = !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0;
      if (!link || !own(link) || !plain || link.target || link.hash && link.pathname === location.pathname) return;
      event.preventDefault();
      location.replace(link.href);
    });
  }
  if (framed) {
    document.addEventListener("keydown", (event) => {
      const typing = event.target.closest?.("input, textarea, select");
      if (event.key !== "Escape" && (typing || !isStep(event))) return;
      window.parent.document.dispatchEvent(new KeyboardEvent("keydown", { key: event.key }));
    });
  }

  // A conversation has its own address from its first answer on; Back leads to the one before.
  let here = null, home = null;
  const address = () => {
    if (!document.querySelector("#conversation")) return;
    const pages = [...document.querySelectorAll("#conversation .answer")].map((one) => one.dataset.page);
    const [, root, id] = pages.filter(Boolean).at(-1)?.match(/^(.*)\/conversations\/([^/]+)\//) ?? [];
    if (id) home = `${root}/`;
    const path = id ? `${root}/c/${id}` : home;
    const emptied = !document.querySelector("#conversation .message");
    if (!path || path === here || (!id && !emptied)) return;
    const beside = isOpen(); // whose place in the history the new address takes
    if (beside) shut();
    history[here && here !== home && !beside ? "pushState" : "replaceState"](null, "", path);
    here = path;
  };
  window.addEventListener("popstate", () => {
    if (isOpen()) shut();
    else if (here && location.pathname !== here) location.reload();
  });

  // What is being answered is not asked twice: Enter waits while there is something to stop.
  document.addEventListener("keydown", (event) => {
    const asking = event.key === "Enter" && !event.shiftKey && event.target.closest?.("#question");
    if (!asking || !document.querySelector("#stop")?.checkVisibility()) return;
    event.preventDefault();
    event.stopPropagation();
  }, true);

  // Copying: a quote with its attribution, the answer's sentences with theirs, or its address.
  const line = (claim) => {
    const [text, ...facts] = ["[dir]", ".speaker", ".support"].map((part) => claim.querySelector(part)?.textContent.trim());
    const told = facts.filter(Boolean).join(", ");
    return told ? `${text} (${told})` : text ?? claim.textContent.trim();
  };
  const copied = (button) => {
    const answer = button.closest(".answer"), { what, copy, link } = button.dataset;
    if (what === "link") return new URL(answer.dataset.link, location.href).href;
    if (what === "answer") return [...answer.querySelectorAll(":scope > .doubt, :scope > .part, :scope > .claim")].map(line).join("\n");
    return link ? `${copy}, ${new URL(link, location.href)}` : copy;
  };
  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("button.copy");
    if (!button) return;
    const label = button.textContent, text = copied(button);
    const linked = button.dataset.what === "link";
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = linked ? await share(button.closest(".answer")) : "Copied";
    } catch {
      const field = make("textarea", { value: text, readOnly: true });
      field.setAttribute("aria-label", "Quote with its attribution");
      button.after(field);
      field.select();
      button.textContent = "Press Ctrl+C";
    }
    setTimeout(() => { button.textContent = label; }, 2000);
  });

  // The answer's own page, where what it has is still what is shown here.
  const claims = (answer) => [...(answer?.querySelectorAll(".claim [dir]") ?? [])].map((one) => one.textContent).join();
  const pageOf = async (answer) => {
    const made = await fetch(answer.dataset.page).then((page) => page.text()).catch(() => "");
    return new DOMParser().parseFromString(made, "text/html");
  };
  const isOf = (page, answer) => claims(page.querySelector(".answer")) === claims(answer);

  // An answer whose address is copied may be read by whoever has it.
  const share = async (answer) => {
    const page = await pageOf(answer), form = page.querySelector('form[action$="share"]');
    if (!form || !isOf(page, answer)) return "Not shared";
    if (form.getAttribute("action").endsWith("/unshare")) return "Copied"; // it is shared
    const sent = await fetch(form.getAttribute("action"), { method: "POST", body: new URLSearchParams(new FormData(form)) }).catch(() => null);
    return sent?.ok && sent.url === new URL(answer.dataset.link, location.href).href ? "Copied and shared" : "Not shared";
  };

  // Feedback on the spot, by the form of the answer's own page.
  const judge = async (button) => {
    const answer = button.closest(".answer"), row = button.closest(".tools");
    const page = await pageOf(answer);
    const form = page.querySelector('form[action$="/feedback"]');
    if (!form) return location.assign(answer.dataset.page);
    const told = answer.querySelector("p.told") ?? make("p", { className: "note told" });
    told.setAttribute("role", "status");
    row.after(told);
    if (!isOf(page, answer)) {
      told.textContent = "Another answer has taken the place of this one.";
      return;
    }
    const send = async () => {
      const body = new URLSearchParams(new FormData(form));
      const sent = await fetch(form.getAttribute("action"), { method: "POST", body }).catch(() => null);
      const page = sent?.ok ? new DOMParser().parseFromString(await sent.text(), "text/html") : null;
      told.textContent = page?.querySelector(".notice")?.textContent ?? "It was not kept. Try again.";
      if (sent?.ok) form.remove();
    };
    form.classList.add("feedback");
    form.addEventListener("submit", (submitted) => { submitted.preventDefault(); send(); });
    answer.querySelector("form.feedback")?.remove();
    if (button.dataset.fault) {
      form.elements.fault.value = button.dataset.fault;
      return send();
    }
    form.querySelector("input[value=right]")?.closest("label").remove(); // it was said not to be
    row.after(form);
    form.querySelector("input[type=radio]").focus({ preventScroll: true });
    form.scrollIntoView({ block: "center" });
  };
  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("button.verdict");
    if (!button) return;
    button.disabled = true;
    await judge(button);
    button.disabled = false;
  });

  // An upload on its way: its page is fetched again, and what changed of it takes its place.
  const running = () => document.querySelector("main progress[data-running]");
  const refresh = async () => {
    const made = await fetch(location.href).then((answer) => answer.text()).catch(() => "");
    const fresh = new DOMParser().parseFromString(made, "text/html");
    const still = fresh.querySelector("main progress[data-running]");
    if (still) {
      running().value = still.value;
      running().max = still.max;
      document.querySelector("main [role=status]").textContent = fresh.querySelector("main [role=status]").textContent;
    } else if (fresh.querySelector("main")) {
      document.title = fresh.title;
      document.querySelector("main").replaceChildren(...fresh.querySelector("main").childNodes);
    }
    if (running()) setTimeout(refresh, 1000);
  };
  if (running()) setTimeout(refresh, 1000);

  // Sorting the sources of an answer.
  const orders = { "as cited": "number", "by date": "date", "by outlet": "outlet" };
  const sortable = (group) => {
    const list = group.querySelector("ol");
    if (list.children.length < 2 || group.querySelector(".sorts")) return;
    const row = make("p", { className: "tools sorts" });
    for (const [label, key] of Object.entries(orders)) {
      const button = make("button", { type: "button", className: "sort", textContent: label });
      button.setAttribute("aria-pressed", String(key === "number"));
      button.addEventListener("click", () => {
        const items = [...list.children];
        items.sort((a, b) => a.dataset[key].localeCompare(b.dataset[key], undefined, { numeric: true }));
        list.append(...items);
        for (const one of row.children) one.setAttribute("aria-pressed", String(one === button));
      });
      row.append(button);
    }
    list.before(row);
  };

  // The question that is being answered stays in view, and its answer begins below it.
  let seen = 0;
  const follow = () => {
    const asked = document.querySelectorAll("#conversation .message.user, #conversation .user .message");
    if (asked.length === seen) return;
    seen = asked.length;
    asked[seen - 1]?.scrollIntoView({ block: "start" });
  };

  // The introduction goes at the moment of asking, not when the page has heard of it.
  const asks = () => {
    const box = document.querySelector("#question textarea, #question input");
    if (box?.value.trim()) document.querySelector("#intro")?.setAttribute("hidden", "");
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && event.target.closest?.("#question")) asks();
  }, true);
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("#suggestions button")) document.querySelector("#intro")?.setAttribute("hidden", "");
    if (event.target.closest?.("#asking button")) asks();
  }, true);

  // Behind what is shown last there is room enough for its question to reach the top.
  const room = () => {
    const asked = [...document.querySelectorAll("#conversation .user-row")].at(-1);
    const end = document.querySelector("#suggestions"), below = document.querySelector("#composer");
    if (!asked || !end || !below) return;
    const told = end.getBoundingClientRect().bottom - asked.getBoundingClientRect().top;
    const least = below.getBoundingClientRect().height + 24;
    // While it is being answered, a whole window: what shrinks for a moment must not move the page.
    const over = [...document.querySelectorAll("#conversation .bot-row")].at(-1)?.querySelector(".after");
    const needed = `${Math.round(over ? Math.max(least, window.innerHeight - told) : window.innerHeight)}px`;
    if (document.body.style.getPropertyValue("--room") !== needed) document.body.style.setProperty("--room", needed);
  };
  window.addEventListener("resize", () => room());

  // The actions of the last question stand beside it; the buttons that do them are Gradio's.
  const actions = () => {
    const asked = [...document.querySelectorAll("#conversation .user .prose, #conversation .user .md")].at(-1);
    if (!asked || asked.querySelector(".actions")) return;
    for (const one of document.querySelectorAll(".actions")) one.remove();
    const buttons = [...document.querySelectorAll("#turns button")].map((behind) => {
      const button = make("button", { type: "button", textContent: behind.textContent.trim() });
      button.addEventListener("click", () => behind.click());
      return button;
    });
    asked.append(make("p", { className: "tools actions" }, ...buttons));
  };

  // A field of days can be typed into; a calendar is beside it.
  const calendars = () => {
    for (const field of document.querySelectorAll("input.day, .day input:not(.calendar)")) {
      if (field.nextElementSibling?.matches(".calendar")) continue;
      const name = field.getAttribute("aria-label") ?? field.closest("label")?.textContent.trim().split("\n")[0];
      field.setAttribute("aria-label", name); // the label holds the button, too
      const picker = make("input", { type: "date", className: "calendar", tabIndex: -1 });
      picker.setAttribute("aria-hidden", "true");
      picker.addEventListener("change", () => {
        field.value = picker.value;
        field.dispatchEvent(new Event("input", { bubbles: true }));
        field.dispatchEvent(new KeyboardEvent("keypress", { key: "Enter", bubbles: true }));
      });
      const button = make("button", { type: "button", className: "calendar", textContent: "Calendar" });
      button.setAttribute("aria-label", `${name}: choose in a calendar`);
      button.addEventListener("click", (event) => {
        event.preventDefault();
        picker.value = /^\d{4}-\d\d-\d\d$/.test(field.value) ? field.value : "";
        picker.showPicker();
      });
      field.after(button, picker);
    }
  };

  // One can type at once.
  let begun = false;
  const begin = () => {
    const box = document.querySelector("#question textarea, #question input");
    if (begun || !box) return;
    begun = true;
    if (document.activeElement === document.body) box.focus({ preventScroll: true });
  };

  // What Gradio leaves unnamed, or names with the source of a message.
  const tidy = () => {
    room();
    actions(); // before the page scrolls: those of the last question go, and what is below moves up
    follow();
    address();
    calendars();
    begin();
    if (seen && !document.querySelector("#conversation .message")) document.querySelector("#intro")?.removeAttribute("hidden");
    for (const chip of document.querySelectorAll("#limits .label-wrap")) {
      const open = String(chip.classList.contains("open"));
      if (chip.getAttribute("aria-expanded") !== open) chip.setAttribute("aria-expanded", open);
      chip.querySelector(".icon")?.setAttribute("aria-hidden", "true");
    }
    for (const field of document.querySelectorAll(".day input:not(.calendar)")) {
      const told = field.closest(".block")?.querySelector(".info-text, [data-testid='info']");
      if (told && !told.id) {
        told.id = `told-${field.getAttribute("aria-label")}`;
        told.setAttribute("role", "status");
        field.setAttribute("aria-describedby", told.id);
      }
    }
    for (const link of document.querySelectorAll("#rail a[target]")) link.removeAttribute("target"); // Gradio's
    for (const group of document.querySelectorAll(".answer details.sources")) sortable(group);
    for (const one of document.querySelectorAll('[data-testid="bot"][aria-label], [data-testid="user"][aria-label]')) {
      one.removeAttribute("aria-label");
    }
    for (const button of document.querySelectorAll("button")) {
      const named = button.textContent.trim() || button.getAttribute("aria-label") || button.title;
      if (!named) button.setAttribute("aria-label", "More");
    }
  };
  let waiting = false;
  const later = () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; tidy(); });
  };
  new MutationObserver(later).observe(document.documentElement, { childList: true, subtree: true, attributeFilter: ["class"] });
  document.addEventListener("DOMContentLoaded", tidy);
})();
