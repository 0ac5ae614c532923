// Shows openapi.json: every operation with its parameters, body, replies. It
// builds text nodes only, so nothing in the document can become markup.
"use strict";

const METHODS = ["get", "post", "put", "patch", "delete"];

function el(tag, attributes, ...children) {
	const node = document.createElement(tag);
	for (const [name, value] of Object.entries(attributes || {})) node.setAttribute(name, value);
	node.append(...children.filter((c) => c !== null && c !== undefined && c !== ""));
	return node;
}

function resolve(doc, schema) {
	if (!schema || !schema.$ref) return schema || {};
	return schema.$ref.slice(2).split("/").reduce((at, key) => at[key], doc);
}

function typeOf(doc, schema) {
	const s = resolve(doc, schema);
	if (s.enum) return s.enum.join(" | ");
	const type = [].concat(s.type || "any").map((t) => (t === "array" ? `${typeOf(doc, s.items)}[]` : t)).join(" | ");
	return s.format && s.format !== "int64" ? `${type} (${s.format})` : type;
}

function limits(s) {
	const say = [];
	if (s.minLength !== undefined || s.maxLength !== undefined) say.push(`${s.minLength ?? 0} to ${s.maxLength ?? "any number of"} characters`);
	if (s.minimum !== undefined) say.push(`at least ${s.minimum}`);
	if (s.maximum !== undefined) say.push(`at most ${s.maximum}`);
	if (s.minItems !== undefined) say.push(`at least ${s.minItems} items`);
	if (s.maxItems !== undefined) say.push(`at most ${s.maxItems} items`);
	if (s.default !== undefined) say.push(`default ${JSON.stringify(s.default)}`);
	if (s.examples) say.push(`for example ${s.examples.map((e) => JSON.stringify(e)).join(", ")}`);
	return say.join("; ");
}

// rows lists a schema's fields, nested ones with dotted names, to a depth where
// it is still readable.
function rows(doc, schema, prefix = "", depth = 0) {
	const s = resolve(doc, schema);
	if (s.type === "array") return rows(doc, s.items, `${prefix}[].`, depth);
	const required = new Set(s.required || []);
	return Object.entries(s.properties || {}).flatMap(([name, field]) => {
		const f = resolve(doc, field);
		const row = el("tr", {},
			el("td", {}, el("code", required.has(name) ? { class: "required" } : {}, prefix + name)),
			el("td", {}, el("code", {}, typeOf(doc, field))),
			el("td", {}, [field.description || f.description, limits(f)].filter(Boolean).join(" — ")));
		const nested = f.type === "array" ? resolve(doc, f.items) : f;
		const dot = f.type === "array" ? "[]." : ".";
		return nested.properties && depth < 3 ? [row, ...rows(doc, nested, prefix + name + dot, depth + 1)] : [row];
	});
}

function table(list) {
	return list.length ? el("table", {}, el("tbody", {}, ...list)) : el("p", { class: "note" }, "Any JSON.");
}

function contents(doc, title, content) {
	return Object.entries(content || {}).flatMap(([type, media]) => [
		el("h4", {}, title, " ", el("code", {}, type)),
		resolve(doc, media.schema).format === "binary" ? el("p", { class: "note" }, "The file.") : table(rows(doc, media.schema)),
	]);
}

function article(doc, method, path, op) {
	const parameters = (op.parameters || []).filter((p) => p.in !== "cookie").map((p) => el("tr", {},
		el("td", {}, el("code", p.required ? { class: "required" } : {}, p.name)),
		el("td", {}, `${p.in}, `, el("code", {}, typeOf(doc, p.schema))),
		el("td", {}, [p.description, limits(p.schema || {})].filter(Boolean).join(" — "))));
	return el("article", { id: op.operationId },
		el("h3", {}, el("span", { class: `method ${method}` }, method.toUpperCase()), " ", el("code", {}, path)),
		el("p", {}, el("strong", {}, op.summary || ""), op.security ? "" : el("span", { class: "note" }, " (no token needed)")),
		op.description ? el("p", {}, op.description) : null,
		...(parameters.length ? [el("h4", {}, "Parameters"), table(parameters)] : []),
		...contents(doc, "Body", op.requestBody?.content),
		...Object.entries(op.responses).filter(([status]) => status !== "default").flatMap(([status, r]) =>
			r.content ? contents(doc, `Reply ${status}`, r.content) : [el("h4", {}, `Reply ${status}, empty`)]));
}

function show(doc) {
	document.getElementById("about").textContent = doc.info.description;
	document.getElementById("version").textContent = `version ${doc.info.version}`;
	const index = document.getElementById("index");
	const main = document.getElementById("operations");
	const entries = [];
	for (const tag of doc.tags) {
		const links = [];
		for (const [path, item] of Object.entries(doc.paths)) {
			for (const method of METHODS.filter((m) => item[m]?.tags?.includes(tag.name))) {
				const body = article(doc, method, path, item[method]);
				const link = el("a", { href: `#${item[method].operationId}` }, item[method].summary);
				entries.push({ body, link, text: body.textContent.toLowerCase() });
				links.push(link);
				main.append(body);
			}
		}
		index.append(el("h2", {}, tag.name), ...links);
	}
	const problem = el("article", { id: "problem" }, el("h3", {}, "Problems"),
		el("p", {}, "Every failure is application/problem+json."), table(rows(doc, { $ref: "#/components/schemas/Problem" })));
	main.append(problem);
	document.getElementById("find").addEventListener("input", (event) => {
		const words = event.target.value.toLowerCase().split(/\s+/).filter(Boolean);
		for (const { body, link, text } of entries) {
			const hidden = !words.every((w) => text.includes(w));
			body.hidden = hidden;
			link.hidden = hidden;
		}
	});
	document.getElementById(location.hash.slice(1))?.scrollIntoView();
}

fetch("../openapi.json").then((r) => r.json()).then(show, (error) => {
	document.getElementById("operations").textContent = `openapi.json could not be read: ${error.message}`;
});
