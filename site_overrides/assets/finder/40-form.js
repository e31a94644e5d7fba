// The form: a place in two steps, a crop in two steps, a trouble of the crop. The address carries what was chosen.
var form = $("finder"), EMPTY = { o: [], a: [], r: [], q: [], k: {}, p: {}, c: [], b: [], l: [], d: [] };
var turns = 0;  // how often an answer was asked for; only the last is shown
function options(select, rows, chosen) {
  select.replaceChildren(select.options[0]);
  rows.forEach(function (row) {
    var into = select;
    if (row[2] && row[2].length) {
      into = make("optgroup");
      into.label = row[1];
      select.append(into);
    }
    [[row[0], row[1]]].concat(row[2] || []).forEach(function (each) {
      var option = make("option", into === select || each[0] !== row[0] ? each[1] : say("whole", { name: each[1] }));
      option.value = each[0];
      into.append(option);
    });
  });
  select.value = chosen || "";
  if (select.selectedIndex < 0) select.value = "";
  select.disabled = !rows.length;
}
function links(list) {
  return [].map.call($(list).querySelectorAll("a"), function (link) {
    return [link.getAttribute("href").split("/").pop().replace(".html", ""), link.textContent];
  });
}
function topOf(id) {
  // ids of places begin like the id of what they belong to
  var most = 1, found = "";
  links("tops").forEach(function (each) {
    var n = 0;
    while (n < id.length && id[n] === each[0][n]) n++;
    if (n > most) { most = n; found = each[0]; }
  });
  return found;
}
// Files do not come in the order they were asked for: one that comes after another choice was made fills nothing.
function topNow() { return form.top.value; }
function kindNow() { return form.kind.value; }
function cropNow() { return form.crop.value || form.kind.value; }
function fetchChosen(folder, chosenNow, fill) {
  var value = chosenNow();
  return fetchFile(folder + value).then(function (got) { return chosenNow() === value ? fill(got) : null; });
}
function pickTop(chosen) {
  if (!topNow()) { options(form.place, []); return Promise.resolve(); }
  return fetchChosen("p/", topNow, function (got) { options(form.place, got.c, chosen); });
}
function pickKind(chosen) {
  if (!kindNow()) { options(form.crop, []); options(form.problem, []); return Promise.resolve(); }
  return fetchChosen("g/", kindNow, function (rows) {
    options(form.crop, rows.filter(function (row) { return row[2]; }).map(function (row) {
      return [row[0], "　".repeat(row[2] - 1) + row[1]];
    }), chosen);
    return pickCrop();
  });
}
function pickCrop(chosen) {
  return fetchChosen("c/", cropNow, function (got) {
    options(form.problem, got.q.map(function (q) { return [q[0], q[1]]; }), chosen);
  });
}
function lineOf(id, top, got) {
  // a place with its name, and all above it, the nearest first
  var known = {}, line = [];
  known[top] = [links("tops").filter(function (each) { return each[0] === top; })[0][1], []];
  got.c.forEach(function (group) {
    known[group[0]] = [group[1], [top]];
    group[2].forEach(function (each) { known[each[0]] = [each[1], [group[0], top]]; });
  });
  if (known[id]) line = [id].concat(known[id][1]);
  return { known: known, line: line };
}
function run(asked, focus) {
  var top = asked.place && topOf(asked.place), turn = ++turns;
  $("say").textContent = say("looking", {});
  return Promise.all([
    fetchFile("all"), top ? fetchFile("p/" + top) : EMPTY, asked.crop ? fetchFile("c/" + asked.crop) : EMPTY
  ]).then(function (got) {
    if (turn !== turns) return;
    var at = top ? lineOf(asked.place, top, got[1]) : { known: {}, line: [] }, crop = got[2];
    var ask = {
      w: got[0].w, crop: crop.l.length ? asked.crop : "", below: crop.d, above: crop.l, line: at.line,
      label: at.line.length ? at.known[at.line[0]][0] : "", telephones: got[1].b,
      names: Object.assign({}, got[1].k, crop.k), places: Object.assign({}, crop.p, at.known),
      page: asked.crop ? "../" + form.getAttribute("data-crops") + "/" + asked.crop + ".html" : ""
    };
    var trouble = crop.q.filter(function (q) { return q[0] === asked.problem; })[0];
    var n = answer(ask, { all: got[0], place: got[1], crop: crop, trouble: trouble });
    $("say").textContent = say(n ? "found" : "found-none", { n: n });
    if (focus) $("out").focus();
    else if (asked.place && asked.crop) $("say").scrollIntoView();
  }).catch(failed);
}
function failed() { $("say").textContent = say("failed", {}); }
function connected() { if ($("say").textContent === say("failed", {})) $("say").textContent = ""; }
function asked() {
  return { place: form.place.value || form.top.value, crop: form.crop.value || form.kind.value, problem: form.problem.value };
}
function address(ask) {
  var query = Object.keys(ask).filter(function (name) { return ask[name]; }).map(function (name) {
    return name + "=" + encodeURIComponent(ask[name]);
  });
  if (ask.place) query.push("top=" + encodeURIComponent(topOf(ask.place)));  // so that its file can be asked for at once
  return query.length ? "?" + query.join("&") : location.pathname;
}
function restore(ask) {
  // the answer first, what the form shows after it
  var top = ask.place && topOf(ask.place), ready = ask.place || ask.crop ? run(ask, false) : Promise.resolve();
  form.top.value = top || "";
  return ready.then(function () { return pickTop(ask.place); }).then(function () {
    return ask.crop ? fetchFile("c/" + ask.crop).then(function (got) {
      form.kind.value = got.l[0];
      return pickKind(ask.crop).then(function () { return pickCrop(ask.problem); });
    }) : null;
  }).catch(function () {});
}
options(form.top, links("tops"));
options(form.kind, links("kinds"));
options(form.place, []);
options(form.crop, []);
options(form.problem, []);
form.top.onchange = function () { pickTop().then(connected, failed); };
form.kind.onchange = function () { pickKind().then(connected, failed); };
form.crop.onchange = function () { pickCrop().then(connected, failed); };
form.onsubmit = function (event) {
  event.preventDefault();
  var ask = asked();
  if (!ask.place && !ask.crop) { $("say").textContent = say("choose", {}); form.top.focus(); return; }
  history.replaceState(null, "", address(ask));
  run(ask, true);
};
form.hidden = false;
fetchFile("all").catch(function () {});
(function () {
  var given = new URLSearchParams(location.search), plain = /^[\w-]{1,40}$/, ask = {};
  ["place", "crop", "problem"].forEach(function (name) {
    ask[name] = plain.test(given.get(name) || "") ? given.get(name) : "";
  });
  restore(ask);
})();
