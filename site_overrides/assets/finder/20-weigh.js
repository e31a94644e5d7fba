// What a record has to do with the place and the crop: points as catalogue/matching.yml gives them, and sentences.
// A row is [title, address, places, crops]; with a 1 behind them it helps its neighbours alone.
function weigh(row, ask) {
  var found = { row: row, points: 0, good: [], bad: "" };
  return crop(found, ask) && place(found, ask) ? found : null;
}
function add(found, ask, signal, grade, sentence) {
  found.points += (ask.w[signal] || 0) * (ask.w[grade] || 0);
  found.good.push(sentence);
}
function crop(found, ask) {
  var held = found.row[3], names = ask.names;
  if (!ask.crop) return true;
  if (!held.length) {
    add(found, ask, "industry", "any", say("industry-any", {}));
    return true;
  }
  var of = function (list) { return held.filter(function (id) { return list.indexOf(id) >= 0; })[0]; };
  var mine = names[ask.crop], same = of([ask.crop]), below = of(ask.below), above = of(ask.above);
  found.close = true;
  if (same) add(found, ask, "industry", "same", say("industry-same", { theirs: names[same] }));
  else if (below) add(found, ask, "industry", "below", say("industry-below", { theirs: names[below], mine: mine }));
  else if (above) add(found, ask, "industry", "above", say("industry-above", { theirs: names[above], mine: mine }));
  else return false;
  return true;
}
function place(found, ask) {
  var held = found.row[2], stands = ask.stands, best = null;
  if (!held.length) {
    if (stands) found.good.push(say("at-unsaid", {}));
    else add(found, ask, "region", "all", say("reach-all", {}));
    return true;
  }
  if (!ask.line.length) {
    found.good.push(say(stands ? "at" : "reach-theirs", { theirs: full(held[0], ask) }));
    return true;
  }
  held.forEach(function (id) {
    var one = (stands ? near : reach)(id, ask);
    if (!best || (ask.w[one[0]] || 0) > (ask.w[best[0]] || 0)) best = one;
  });
  if (found.row[4] && best[0] !== "here" && best[0] !== "nearly") return false;
  if (best[0] === "out") {
    found.bad = best[1];
    return true;
  }
  add(found, ask, "region", best[0], best[1]);
  return true;
}
function full(id, ask) {
  var known = ask.places[id];
  return known ? known[1].slice().reverse().concat(id).map(function (each) { return ask.places[each][0]; }).join(" ") : id;
}
function reach(id, ask) {
  var at = ask.line.indexOf(id), names = { mine: ask.label, theirs: (ask.places[id] || [id])[0] };
  if (at === 0) return ["here", say("reach-here", names)];
  if (at > 0) return [at < ask.line.length - 1 ? "nearly" : "province", say("reach-above", names)];
  var above = (ask.places[id] || [0, []])[1];
  if (above.indexOf(ask.line[0]) >= 0) return ["part", say("reach-part", names)];
  return ["out", say("reach-out", { mine: ask.label, theirs: full(id, ask) })];
}
function near(id, ask) {
  var theirs = [id].concat((ask.places[id] || [0, []])[1]);
  var shared = ask.line.filter(function (each) { return theirs.indexOf(each) >= 0; })[0];
  if (shared === ask.line[0]) return ["here", say("at-here", { theirs: full(id, ask) })];
  if (!shared) return ["far", say("at", { theirs: full(id, ask) })];
  var names = { shared: ask.places[shared][0], theirs: ask.places[id][0] };
  var grade = ask.line.indexOf(shared) < ask.line.length - 1 ? "nearly" : "province";
  return [grade, say(shared === id ? "at-there" : "at-shared", names)];
}
function best(rows, ask, stands) {
  var seen = {};
  ask.stands = stands;
  return rows.filter(function (row) { return !seen[row[1]] && (seen[row[1]] = true); })
    .map(function (row) { return weigh(row, ask); }).filter(Boolean)
    .sort(function (a, b) { return b.points - a.points; });
}
