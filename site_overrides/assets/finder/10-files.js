// Small files, each fetched once; a file that does not come leaves its part of the answer out.
// The page itself asks for those of a shared address before this script is there.
var files = {}, ahead = window.asked || {};
function fetchFile(name) {
  if (!files[name]) {
    files[name] = (ahead[name] || fetch(name + ".json")).then(function (reply) {
      if (!reply.ok) throw new Error(name);
      return reply.json();
    });
    files[name].catch(function () { delete files[name]; delete ahead[name]; });
  }
  return files[name];
}
function $(id) { return document.getElementById(id); }
function make(tag, text, kind) {
  var node = document.createElement(tag);
  if (text) node.textContent = text;
  if (kind) node.className = kind;
  return node;
}
function say(key, params) {
  return SAID[key].replace(/\{(\w+)\}/g, function (all, name) { return params[name]; });
}
