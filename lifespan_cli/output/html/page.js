"use strict";
(() => {
  const LETTER = 6.7, LEAST = 22, DEEPEST_ZOOM = 4000;
  const open = new Map();
  const tip = document.createElement("div");
  tip.className = "tip";
  tip.setAttribute("role", "status");
  document.body.append(tip);

  function duration(ns) {
    const digits = (value) => value.toFixed(value < 9.995 ? 2 : value < 99.95 ? 1 : 0);
    if (ns === 0) return "0";
    if (ns < 999500) return `${+(ns / 1e3).toFixed(ns < 1e4 ? 1 : 0)} \u00b5s`;
    if (ns < 999.5e6) return `${+digits(ns / 1e6)} ms`;
    if (ns < 59.95e9) return `${+digits(ns / 1e9)} s`;
    const seconds = Math.round(ns / 1e9);
    return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`;
  }

  function show(words, x, y) {
    const strong = document.createElement("strong");
    const [first, ...rest] = words.split("\n");
    strong.textContent = first;
    tip.replaceChildren(strong, document.createTextNode(rest.join("\n")));
    const { width, height } = tip.getBoundingClientRect();
    tip.style.left = `${Math.max(6, Math.min(x + 14, innerWidth - width - 6))}px`;
    tip.style.top = `${y + 18 + height > innerHeight ? Math.max(6, y - height - 12) : y + 18}px`;
    tip.classList.add("shown");
  }

  const hide = () => tip.classList.remove("shown");

  function bars(canvas, labels) {
    return [...canvas.querySelectorAll(".b")].map((element, number) => {
      const title = element.querySelector("title");
      const words = title.textContent;
      title.remove();
      element.setAttribute("role", "img");
      element.setAttribute("aria-label", words);
      return {
        element,
        words,
        label: labels[number],
        found: words.toLowerCase(),
        begin: parseFloat(element.getAttribute("x")) / 100,
        part: parseFloat(element.getAttribute("width")) / 100,
        row: Number(element.getAttribute("y")),
        strip: element.parentNode,
        drawn: "",
      };
    });
  }

  function label(bar, left, seen, whole) {
    const begin = Math.max(bar.begin * whole, left), end = Math.min((bar.begin + bar.part) * whole, left + seen);
    const room = Math.floor((end - begin - 8) / LETTER);
    const words = end - begin < LEAST || room < 3 ? "" : bar.label.length > room ? `${bar.label.slice(0, room - 1)}\u2026` : bar.label;
    const x = String(Math.round(begin - bar.begin * whole) + 5);
    if (words + x === bar.drawn) return;
    bar.drawn = words + x;
    let text = bar.element.querySelector("text");
    if (!text && words) {
      text = document.createElementNS("http://www.w3.org/2000/svg", "text");
      text.setAttribute("y", "13");
      bar.element.append(text);
    }
    if (text) {
      text.textContent = words;
      text.setAttribute("x", x);
    }
  }

  function ticks(axis, backdrop, end, left, seen, whole) {
    const from = (left / whole) * end, to = ((left + seen) / whole) * end;
    let step = 1;
    search: for (let power = 0; power < 20; power++) {
      for (const digit of [1, 2, 5]) {
        step = digit * 10 ** power;
        if (step * Math.max(3, seen / 130) >= to - from) break search;
      }
    }
    axis.querySelectorAll(".tick").forEach((tick) => tick.remove());
    backdrop.querySelectorAll("line").forEach((line) => line.remove());
    const make = (name, values) => {
      const element = document.createElementNS("http://www.w3.org/2000/svg", name);
      for (const [key, value] of Object.entries(values)) element.setAttribute(key, value);
      return element;
    };
    for (let at = Math.ceil(from / step) * step; at < to - 0.03 * (to - from); at += step) {
      const x = `${(100 * at) / end}%`;
      const tick = make("text", { class: "tick", x, y: "12" });
      tick.textContent = duration(at);
      axis.append(tick);
      backdrop.append(make("line", { x1: x, x2: x, y1: "0", y2: "100%" }));
    }
  }

  function start(chart) {
    const scroll = chart.querySelector(".scroll"), canvas = chart.querySelector(".canvas");
    const axis = canvas.querySelector(".axis svg"), backdrop = canvas.querySelector(".backdrop");
    const data = JSON.parse(chart.querySelector("script").textContent);
    const end = data.end_ns, all = bars(canvas, data.labels);
    const byElement = new Map(all.map((bar) => [bar.element, bar]));
    let zoom = 1, here = null, asked = 0;

    function draw() {
      asked = 0;
      const seen = scroll.clientWidth, whole = seen * zoom, left = scroll.scrollLeft;
      if (!seen) return;
      for (const bar of all) label(bar, left, seen, whole);
      ticks(axis, backdrop, end, left, seen, whole);
    }
    const redraw = () => { asked ||= requestAnimationFrame(draw); };

    function look(to, at) {
      zoom = Math.min(Math.max(to, 1), DEEPEST_ZOOM);
      canvas.style.width = `${100 * zoom}%`;
      scroll.scrollLeft = at * scroll.clientWidth * zoom;
      redraw();
    }
    function lookAt(bar) {
      const part = Math.max(bar.part * 1.04, 1 / DEEPEST_ZOOM);
      look(1 / part, bar.begin - (part - bar.part) / 2);
    }
    function closer(factor, where = 0.5) {
      const point = (scroll.scrollLeft / scroll.clientWidth + where) / zoom;
      const to = Math.min(Math.max(zoom * factor, 1), DEEPEST_ZOOM);
      look(to, point - where / to);
    }
    const out = () => { look(1, 0); select(null); };

    function select(bar) {
      here?.element.classList.remove("here");
      here = bar;
      if (!bar) return hide();
      bar.element.classList.add("here");
      const seen = scroll.clientWidth, begin = bar.begin * seen * zoom;
      if (begin > scroll.scrollLeft + seen || begin + bar.part * seen * zoom < scroll.scrollLeft) scroll.scrollLeft = begin - seen / 3;
      const box = bar.element.getBoundingClientRect(), frame = scroll.getBoundingClientRect();
      show(bar.words, Math.max(box.left, frame.left), box.bottom - 10);
    }
    function next(key) {
      if (!here) return all.find((bar) => bar.begin * zoom >= scroll.scrollLeft / scroll.clientWidth) ?? all[0];
      const peers = all.filter((bar) => bar.strip === here.strip);
      if (key === "ArrowRight") return peers.filter((bar) => bar.row === here.row && bar.begin > here.begin).sort((a, b) => a.begin - b.begin)[0];
      if (key === "ArrowLeft") return peers.filter((bar) => bar.row === here.row && bar.begin < here.begin).sort((a, b) => b.begin - a.begin)[0];
      const meets = (bar) => bar.begin < here.begin + here.part && bar.begin + bar.part > here.begin;
      const sign = key === "ArrowDown" ? 1 : -1;
      const top = (bar) => bar.strip.getBoundingClientRect().top + bar.row;
      return all.filter((bar) => meets(bar) && sign * (top(bar) - top(here)) > 0).sort((a, b) => sign * (top(a) - top(b)))[0];
    }

    const tools = document.createElement("div");
    tools.className = "tools";
    const button = (words, name, act) => {
      const element = document.createElement("button");
      element.type = "button";
      element.textContent = words;
      element.setAttribute("aria-label", name);
      element.addEventListener("click", act);
      tools.append(element);
    };
    button("whole run", "show the whole run", out);
    data.phases.forEach((name, number) => {
      const bar = all[number];
      if (bar.part > 0.01) button(name, `show the phase ${name}`, () => lookAt(bar));
    });
    button("+", "zoom in", () => closer(2));
    button("\u2212", "zoom out", () => closer(0.5));
    const input = document.createElement("input"), output = document.createElement("output");
    input.type = "search";
    input.placeholder = "find a line, a module";
    input.setAttribute("aria-label", "find in the timeline");
    input.addEventListener("input", () => {
      const sought = input.value.trim().toLowerCase();
      chart.classList.toggle("searching", sought !== "");
      let hits = 0;
      for (const bar of all) {
        const hit = sought !== "" && bar.found.includes(sought);
        bar.element.classList.toggle("hit", hit);
        hits += hit;
      }
      output.textContent = sought ? `${hits} found` : "";
    });
    tools.append(input, output);
    chart.prepend(tools);

    canvas.addEventListener("pointermove", (event) => {
      const bar = byElement.get(event.target.closest(".b"));
      if (bar) show(bar.words, event.clientX, event.clientY);
      else hide();
    });
    canvas.addEventListener("pointerleave", hide);
    canvas.addEventListener("click", (event) => {
      const bar = byElement.get(event.target.closest(".b"));
      if (!bar) return;
      lookAt(bar);
      select(bar);
    });
    scroll.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      closer(event.deltaY < 0 ? 1.25 : 0.8, (event.clientX - scroll.getBoundingClientRect().left) / scroll.clientWidth);
    }, { passive: false });
    scroll.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key.startsWith("Arrow")) select(next(event.key) ?? here);
      else if (event.key === "Enter" && here) lookAt(here);
      else if (event.key === "Escape") out();
      else if (event.key === "+") closer(2);
      else if (event.key === "-") closer(0.5);
      else return;
      event.preventDefault();
    });
    scroll.addEventListener("scroll", redraw);
    scroll.addEventListener("blur", () => select(null));
    new ResizeObserver(redraw).observe(scroll);
    draw();
    for (const bar of all) if (bar.element.id) open.set(bar.element.id, () => {
      chart.scrollIntoView({ block: "center" });
      scroll.focus({ preventScroll: true });
      lookAt(bar);
      draw();
      select(bar);
    });
  }

  function follow(card) {
    const link = card.querySelector("a.show"), go = open.get(link?.hash.slice(1));
    if (!go) return;
    link.addEventListener("click", (event) => {
      event.preventDefault();
      go();
    });
    card.classList.add("leads");
    card.addEventListener("click", (event) => {
      if (!event.target.closest("a, pre, summary") && getSelection().isCollapsed) go();
    });
  }

  document.documentElement.classList.add("scripted");
  document.querySelectorAll(".chart").forEach(start);
  document.querySelectorAll(".finding").forEach(follow);
})();
