// The answer: who comes, what is written of the trouble, what can be seen; each with its reasons, and the ways on.
var MOST = 5;
function item(found, types) {
  var node = $("item").content.firstElementChild.cloneNode(true), why = node.querySelector("ul");
  var link = node.querySelector("a"), kind = types[found.row[1].split("/")[0]];
  link.href = "../" + found.row[1] + ".html";
  link.firstElementChild.textContent = found.row[0];
  node.querySelector("p").textContent = kind || "";
  found.good.forEach(function (reason) { why.append(make("li", "✓ " + reason)); });
  if (found.bad) why.append(make("li", "✗ " + found.bad, "no"));
  return node;
}
function part(out, title, found, none, types, more) {
  var section = $("part").content.firstElementChild.cloneNode(true), list = section.querySelector("ul");
  section.querySelector("h2").textContent = title;
  found.slice(0, MOST).forEach(function (each) { list.append(item(each, types)); });
  if (!found.length) section.append(make("p", none));
  if (found.length > MOST && more) section.append(way(say("more", { n: found.length - MOST }), more));
  out.append(section);
  return section;
}
function way(text, address) {
  var line = make("p"), link = make("a", text, "go");
  link.href = address;
  line.append(link);
  return line;
}
function telephones(section, ask) {
  var list = section.querySelector("ul");
  ask.telephones.filter(function (each) { return ask.line.indexOf(each[0]) >= 0; }).forEach(function (each) {
    var line = make("p", say("ring", { title: each[1] })), link = make("a", each[2], "go");
    if (each[3]) link.href = "tel:" + each[3];
    line.append(link);
    list.before(line);
  });
}
function answer(ask, got) {
  var out = document.createDocumentFragment(), types = got.all.t, trouble = got.trouble, told = {};
  var fresh = function (each) { return !told[each.row[1]]; };
  var comes = best(got.crop.o.concat(got.place.o, got.all.o), ask, false);
  var near = comes.filter(function (each) { return !each.bad; });
  var elsewhere = comes.filter(function (each) { return each.bad && each.close; });
  var home = ask.line.length ? "../region/" + ask.line[0] + ".html" : "";
  var title = ask.line.length ? say("comes", { name: ask.label }) : say("comes-anywhere", {});
  if (trouble) {
    var written = trouble[2].map(function (pair) {
      ask.stands = true;
      var found = weigh(pair[0], ask) || { row: pair[0], points: 0, good: [], bad: "" };
      found.good.unshift(say("written", { name: pair[1] }));
      return found;
    }).sort(function (a, b) { return b.points - a.points; });
    written.slice(0, MOST).forEach(function (each) { told[each.row[1]] = true; });
    part(out, say("trouble", { name: trouble[1] }), written, say("trouble-none", { name: trouble[1] }), types, "")
      .append(way(say("search", { name: trouble[1] }), "../search.html?q=" + encodeURIComponent(trouble[1])));
  }
  var coming = part(out, title, near, say("comes-none", {}), types, home);
  telephones(coming, ask);
  if (ask.crop) {
    if (!near.some(function (each) { return each.close; })) {
      coming.append(make("p", say("nobody", { name: ask.names[ask.crop] })));
      if (elsewhere.length) part(out, say("elsewhere", { name: ask.names[ask.crop] }), elsewhere, "", types, "");
    }
    var sights = best(got.crop.a, ask, true), unseen = sights.filter(fresh);
    if (unseen.length || !sights.length) {
      part(out, say("sights", { name: ask.names[ask.crop] }), unseen, say("sights-none", { name: ask.names[ask.crop] }),
        types, ask.page);
    }
    var reads = best(got.crop.r, ask, true).filter(fresh);
    if (reads.length) part(out, say("reads", {}), reads, "", types, ask.page);
  }
  if (home) out.append(way(say("home", { name: ask.label }), home));
  if (ask.crop) out.append(way(say("crop", { name: ask.names[ask.crop] }), ask.page));
  $("out").replaceChildren(out);
  return near.length + (trouble ? trouble[2].length : 0);
}
