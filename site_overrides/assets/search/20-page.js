/* The page: its parts, its words, small helpers. */

// ── The page ──

var input = document.getElementById("q");
var list = document.getElementById("results");
var wordsAt = document.getElementById("search-words");
var form = input.form;
var say = document.getElementById("say");
var facetsAt = document.getElementById("facets");
var words = SAID || JSON.parse(wordsAt.textContent);
var stop = new Set(word("stop").split(" "));
var links = new Set(word("links").split(" "));
var base = new URL(".", document.baseURI).href;
var files = new Map();
var lexes = new Map(); // what files of names say
var lists = new Map();
var turn = 0;
var chosen = {};
var known = null; // the facets, once fetched
var answer = null; // what was found
var more = element("p", { "class": "row more" });
var rest = element("div", { "class": "none" });
var hints = element("div", { id: "hints" });
list.parentNode.insertBefore(more, list.nextSibling);
more.parentNode.insertBefore(rest, more.nextSibling);
list.parentNode.insertBefore(hints, facetsAt || list);

function word(key, params) {
  var text = words[key] || words["search." + key] || "";
  return text.replace(/\{(\w+)\}/g, function (whole, name) { return params && name in params ? String(params[name]) : whole; });
}

function element(name, attributes, children) {
  var made = document.createElement(name);
  Object.keys(attributes || {}).forEach(function (key) { made.setAttribute(key, attributes[key]); });
  (children || []).forEach(function (child) {
    made.appendChild(typeof child === "string" ? document.createTextNode(child) : child);
  });
  return made;
}

function clear(at) {
  while (at && at.firstChild) at.removeChild(at.firstChild);
}

function tell(text) {
  if (say) say.textContent = text;
}
