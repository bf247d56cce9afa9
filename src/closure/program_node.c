/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What JavaScript requires and imports, and what package.json says of its package.
 *
 *     require("x"), require.resolve("x"), import("x")      LINK_NODE x
 *     import a from "x"; export * from "x"; import "x"     LINK_NODE x
 *     require(name)                                        LINK_UNKNOWN
 *
 * Strings are found, not parsed: a regular expression or a comment that looks like an import
 * counts, which names a file too much and never one too few.
 */
#include "base/cleanup.h"
#include "base/limits.h"
#include "closure/program_call.h"
#include "codec/json.h"

#define EXPORTS_DEPTH 8
#define UNKNOWNS_MAX  16 /* told of one file: lines are counted for each */

static bool is_name_char(char c)
{
	return char_is_alnum(c) || c == '_' || c == '$';
}

/* Calls f(...) anywhere. */
static void follow_calls(struct str text, struct str function, struct program_draft *d)
{
	size_t n = 0;

	for (size_t at = 0; at < text.n;) {
		size_t found = str_find(str_skip(text, at), function), start = at + found;
		struct str argument;

		at = start + function.n;
		if (at > text.n || found == text.n - (at - found - function.n))
			return;
		if (start && (is_name_char(text.p[start - 1]) || text.p[start - 1] == '.'))
			continue;
		switch (program_call_argument(str_skip(text, at), &argument)) {
		case CALL_LITERAL:
			program_draft_add(d, LINK_NODE, argument);
			break;
		case CALL_COMPUTED:
			if (!program_is_definition(text, start) && n++ < UNKNOWNS_MAX)
				program_draft_unknown(
					d, "line %zu: loads a module whose name is computed",
					program_line_of(text, at));
			break;
		case CALL_NONE:
			break;
		}
	}
}

/* from "x", import "x" */
static void follow_clauses(struct str text, struct str word, struct program_draft *d)
{
	for (size_t at = 0; at < text.n;) {
		size_t found = str_find(str_skip(text, at), word), start = at + found;
		struct str rest, name;

		if (found == text.n - at)
			return;
		at = start + word.n;
		if (start && is_name_char(text.p[start - 1]))
			continue;
		rest = str_skip(text, at);
		while (rest.n && char_is_space(rest.p[0]))
			rest = str_skip(rest, 1);
		if (program_quoted(rest, &name) && name.n < 512 &&
		    str_find_char(name, ' ') == name.n)
			program_draft_add(d, LINK_NODE, name);
	}
}

void program_node_links(struct str text, struct program_draft *d)
{
	static const char *const runs[] = {"spawn",    "spawnSync", "execFile", "execFileSync",
					   "execSync", "fork",	    NULL};

	follow_calls(text, STR("require"), d);
	follow_calls(text, STR("require.resolve"), d);
	follow_calls(text, STR("import"), d);
	follow_clauses(text, STR("from"), d);
	follow_clauses(text, STR("import"), d);
	if (str_find(text, STR("child_process")) < text.n)
		program_command_calls(text, runs, d);
	program_quoted_paths(text, d);
}

/* ---- package.json ---- */

static void put_setting(struct program_draft *d, const char *key, struct str value)
{
	if (value.n)
		program_draft_add(d, LINK_SETTING,
				  arena_strf(&d->arena, "%s\x1f%.*s", key, STR_FMT(value)));
}

/* Every target of a subpath, whatever its conditions: which of them holds is told at run time. */
static void put_targets(struct program_draft *d, const char *key, struct str subpath,
			const struct json *v, unsigned depth)
{
	const struct json *member;
	void *iter = NULL;
	struct str name;

	if (depth > EXPORTS_DEPTH)
		return;
	if (json_kind_of(v) == JSON_KIND_TEXT) {
		program_draft_add(d, LINK_SETTING,
				  arena_strf(&d->arena, "%s\x1f%.*s\x1f%.*s", key, STR_FMT(subpath),
					     STR_FMT(json_str(v))));
		return;
	}
	for (size_t i = 0; json_kind_of(v) == JSON_KIND_LIST && i < json_len(v); i++)
		put_targets(d, key, subpath, json_at(v, i), depth + 1);
	while (json_kind_of(v) == JSON_KIND_MAP && json_each(v, &iter, &name, &member)) {
		bool is_path = name.n && (name.p[0] == '.' || name.p[0] == '#');

		if (str_is(name, "types") || str_is(name, "browser"))
			continue;
		put_targets(d, key, is_path ? name : subpath, member, depth + 1);
	}
}

static void put_members(struct program_draft *d, const char *key, const struct json *map)
{
	const struct json *member;
	void *iter = NULL;
	struct str name;

	while (json_kind_of(map) == JSON_KIND_MAP && json_each(map, &iter, &name, &member))
		program_draft_add(d, LINK_SETTING,
				  arena_strf(&d->arena, "%s\x1f%.*s\x1f%.*s", key, STR_FMT(name),
					     STR_FMT(json_str(member))));
}

/* The commands of a script: each link stands behind the name of the script it is of. */
static void put_script(struct program_draft *d, struct str name, struct str text)
{
	struct program_draft inner;
	struct program_link link;
	struct program p;

	program_draft_init(&inner);
	if (program_shell_links(text, &inner) == 0 && program_read(program_draft_bytes(&inner), &p))
		while (program_next(&p, &link))
			program_draft_add(d, LINK_SETTING,
					  arena_strf(&d->arena, "script\x1f%.*s\x1f%c%.*s",
						     STR_FMT(name), (char)('A' + link.kind),
						     STR_FMT(link.text)));
	program_draft_done(&inner);
}

void program_npm_links(struct str text, struct program_draft *d)
{
	CLEANUP(json_freep) struct json *doc = NULL;
	const struct json *member;
	void *iter = NULL;
	struct str name;

	if (json_parse(text, &doc, NULL) < 0)
		return;
	put_setting(d, "name", json_get_str(doc, "name"));
	put_setting(d, "main", json_get_str(doc, "main"));
	put_setting(d, "main", json_get_str(doc, "module"));
	if (json_kind_of(json_get(doc, "bin")) == JSON_KIND_TEXT)
		put_setting(d, "bin\x1f", json_get_str(doc, "bin"));
	else
		put_members(d, "bin", json_get(doc, "bin"));
	put_targets(d, "export", STR("."), json_get(doc, "exports"), 0);
	put_targets(d, "import", STR("#"), json_get(doc, "imports"), 0);
	if (json_kind_of(json_get(doc, "scripts")) != JSON_KIND_MAP)
		return;
	while (json_each(json_get(doc, "scripts"), &iter, &name, &member))
		if (str_is(name, "start") || str_has_suffix(name, STR("start")) ||
		    str_has_prefix(name, STR("start")) || str_is(name, "serve"))
			put_script(d, name, json_str(member));
}
