/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/feeds/oval.h"

#include "base/limits.h"
#include "base/map.h"
#include "codec/xml.h"

#define BOUNDS_MAX 64 /* criteria of an AND in which a package's other bound is looked for */
#define STEPS_MAX  ((size_t)1 << 26) /* platforms looked at for the packages of one file */

enum node_kind {
	NODE_AND,
	NODE_OR,
	NODE_PLATFORM,
	NODE_ARCH,
	NODE_MODULE,
	NODE_KSPLICE,
	NODE_TEST
};

/* Criteria in the order of the file; the children of i stand from i + 1 to end. */
struct node {
	enum node_kind kind;
	size_t end;
	struct str text, channel; /* shard, architecture, module, or id of the test */
};

struct definition {
	size_t number, nodes, n_nodes;
	struct str id, oval_id, title, severity, day;
	struct str cves, vectors, urls; /* divided by white space */
	bool not_applicable;
	bool unsupported;
};

struct test {
	struct str object, state;
};

enum operation { OP_LESS, OP_LESS_EQUAL, OP_GREATER, OP_GREATER_EQUAL, OP_EQUAL, OP_OTHER };

struct state {
	enum operation operation;
	struct str evr;
	struct str arches; /* "aarch64|x86_64"; empty: any */
	bool is_never;	   /* version equals 0: SUSE's "not affected" */
};

struct oval {
	const struct oval_vendor *vendor;
	struct draft d;
	struct rpm_rows rows;
	struct arena arena;
	struct vec definitions, nodes;
	struct map tests, objects, states;
	struct map names;		      /* what repeats, kept once: name -> struct str * */
	size_t open[LIMIT_XML_DEPTH], n_open; /* criteria that are not closed yet */
	struct definition *now;
	struct test *test;
	struct state *state;
	struct str id; /* of the object being read */
	size_t steps;
};

static const char *const operations[] = {"less than", "less than or equal", "greater than",
					 "greater than or equal", "equals"};

static struct str keep(struct oval *o, struct str s)
{
	return arena_str(&o->arena, s);
}

/* The same for texts that come again and again. */
static struct str keep_once(struct oval *o, struct str s)
{
	struct str *known = map_get(&o->names, s);

	if (known)
		return *known;
	known = arena_alloc(&o->arena, sizeof *known);
	if (!known)
		return STR_NULL;
	*known = keep(o, s);
	if (!known->p || map_put(&o->names, *known, known) < 0)
		return STR_NULL;
	return *known;
}

/* "oval:com.oracle.elsa:tst:20070057001": the number is enough within one kind. */
static struct str number_of(struct str id)
{
	struct str before, number;

	return str_rcut(id, ':', &before, &number) ? number : id;
}

static int full(struct err *err)
{
	return err_set(err, ERR_LIMIT, "takes more than feed_table_bytes (%d)",
		       (int)LIMIT_FEED_TABLE_BYTES);
}

static int start_definition(struct oval *o, const struct xml_element *e, struct err *err)
{
	size_t number = o->definitions.n + 1;

	o->now = vec_push(&o->definitions);
	if (!o->now)
		return full(err);
	o->now->number = number;
	o->now->nodes = o->nodes.n;
	o->now->oval_id = keep(o, xml_attribute(e, "id"));
	o->n_open = 0;
	draft_begin(&o->d, STR_NULL); /* for what platforms keep for a moment */
	return o->now->oval_id.p ? 0 : full(err);
}

static struct node *push_node(struct oval *o, enum node_kind kind)
{
	struct node *node = vec_push(&o->nodes);

	if (node) {
		node->kind = kind;
		node->end = o->nodes.n;
	}
	return node;
}

static int start_criteria(struct oval *o, const struct xml_element *e, struct err *err)
{
	bool is_or = str_is(xml_attribute(e, "operator"), "OR");

	if (str_is(xml_attribute(e, "negate"), "true") ||
	    (!is_or && xml_attribute(e, "operator").n &&
	     !str_is(xml_attribute(e, "operator"), "AND")))
		o->now->unsupported = true;
	o->open[o->n_open++] = o->nodes.n; /* not deeper than the document */
	return push_node(o, is_or ? NODE_OR : NODE_AND) ? 0 : full(err);
}

/* One platform that is not read stands for all beside it. */
static bool follows_unread_platform(const struct oval *o)
{
	const struct node *last = vec_at(&o->nodes, o->nodes.n - 1);

	return last && last->kind == NODE_PLATFORM && last->text.n == 0;
}

/* What the comment tells: a fact about the machine, or a test of a package. */
static int start_criterion(struct oval *o, const struct xml_element *e, struct err *err)
{
	struct str comment = xml_attribute(e, "comment"), name = comment;
	struct str shard = STR_NULL, channel = STR_NULL;
	enum node_kind kind = NODE_TEST;
	size_t arch = str_find(comment, STR(" arch is "));
	struct node *node;

	if (str_is(xml_attribute(e, "negate"), "true"))
		o->now->unsupported = true;
	if (str_find(comment, STR(" is signed with ")) < comment.n)
		return 0;
	if (str_find(comment, STR(" is ksplice-based")) < comment.n) {
		kind = NODE_KSPLICE;
	} else if (arch < comment.n) {
		kind = NODE_ARCH;
		name = str_skip(comment, arch + 9);
	} else if (str_pull_prefix(&name, STR("Module ")) &&
		   str_has_suffix(name, STR(" is enabled"))) {
		kind = NODE_MODULE;
		name.n -= 11;
	} else if (str_has_suffix(comment, STR(" is installed")) &&
		   o->vendor->platform(str_sub(comment, 0, comment.n - 13), &o->d, &shard,
				       &channel)) {
		kind = NODE_PLATFORM;
		name = shard;
	} else {
		name = number_of(xml_attribute(e, "test_ref"));
	}
	if (kind == NODE_PLATFORM && name.n == 0 && follows_unread_platform(o))
		return 0;
	node = push_node(o, kind);
	if (!node)
		return full(err);
	node->text = keep_once(o, name);
	node->channel = keep_once(o, channel);
	return node->text.p && node->channel.p ? 0 : full(err);
}

/* Appends a word to a list of words. */
static int add_word(struct oval *o, struct str *list, struct str word, struct err *err)
{
	*list = arena_strf(&o->arena, "%.*s %.*s", STR_FMT(*list), STR_FMT(word));
	return list->p ? 0 : full(err);
}

static int start_reference(struct oval *o, const struct xml_element *e, struct err *err)
{
	struct str source = xml_attribute(e, "source"), id = xml_attribute(e, "ref_id");
	size_t at = str_find(id, STR("CVE-"));
	int r = 0;

	if (at < id.n)
		r = add_word(o, &o->now->cves, str_skip(id, at), err);
	else if (o->now->id.n == 0 && str_find(source, STR("CVE")) == source.n)
		o->now->id = keep(o, id);
	if (r == 0 && xml_attribute(e, "ref_url").n && o->now->urls.n < 4096)
		r = add_word(o, &o->now->urls, xml_attribute(e, "ref_url"), err);
	return r;
}

/* cvss3="9.8/CVSS:3.1/AV:N/..", cvss2="7.8/AV:N/.." */
static int start_cve(struct oval *o, const struct xml_element *e, struct err *err)
{
	static const char *const names[] = {"cvss4", "cvss3", "cvss2"};
	struct str score, vector;
	int r = 0;

	for (size_t i = 0; i < ARRAY_LEN(names) && r == 0; i++)
		if (str_cut(xml_attribute(e, names[i]), '/', &score, &vector) &&
		    o->now->vectors.n < 4096)
			r = add_word(o, &o->now->vectors, vector, err);
	return r;
}

static int put(struct oval *o, struct map *m, const struct xml_element *e, void *value,
	       struct err *err)
{
	struct str id = keep(o, number_of(xml_attribute(e, "id")));

	return value && id.p && map_put(m, id, value) == 0 ? 0 : full(err);
}

static int start_table(struct oval *o, struct str path, const struct xml_element *e,
		       struct err *err)
{
	if (str_has_suffix(path, STR("/rpminfo_test"))) {
		o->test = arena_alloc(&o->arena, sizeof *o->test);
		return put(o, &o->tests, e, o->test, err);
	}
	if (str_has_suffix(path, STR("/rpminfo_state"))) {
		o->state = arena_alloc(&o->arena, sizeof *o->state);
		return put(o, &o->states, e, o->state, err);
	}
	if (str_has_suffix(path, STR("/rpminfo_object")))
		o->id = keep(o, number_of(xml_attribute(e, "id")));
	else if (o->test && str_has_suffix(path, STR("/rpminfo_test/object")))
		o->test->object = keep_once(o, number_of(xml_attribute(e, "object_ref")));
	else if (o->test && str_has_suffix(path, STR("/rpminfo_test/state")))
		o->test->state = keep_once(o, number_of(xml_attribute(e, "state_ref")));
	return 0;
}

static enum operation operation_of(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(operations); i++)
		if (str_is(name, operations[i]))
			return (enum operation)i;
	return OP_OTHER;
}

static int on_start(void *ctx, struct str path, const struct xml_element *e, struct err *err)
{
	struct oval *o = ctx;

	if (str_is(path, "oval_definitions/definitions/definition"))
		return start_definition(o, e, err);
	if (!o->now || str_has_prefix(path, STR("oval_definitions/tests/")) ||
	    str_has_prefix(path, STR("oval_definitions/objects/")))
		return start_table(o, path, e, err);
	if (str_has_prefix(path, STR("oval_definitions/states/"))) {
		if (o->state && (str_has_suffix(path, STR("/rpminfo_state/evr")) ||
				 str_has_suffix(path, STR("/rpminfo_state/version"))))
			o->state->operation = operation_of(xml_attribute(e, "operation"));
		return start_table(o, path, e, err);
	}
	if (str_has_suffix(path, STR("/criteria")))
		return start_criteria(o, e, err);
	if (str_has_suffix(path, STR("/criterion")))
		return start_criterion(o, e, err);
	if (str_has_suffix(path, STR("/extend_definition")))
		o->now->unsupported = true;
	if (str_has_suffix(path, STR("/metadata/reference")))
		return start_reference(o, e, err);
	if (str_has_suffix(path, STR("/advisory/cve")))
		return start_cve(o, e, err);
	if (str_has_suffix(path, STR("/advisory/issued")))
		o->now->day = keep(o, draft_date(xml_attribute(e, "date")));
	return 0;
}

static int end_definition_part(struct oval *o, struct str path, struct str text)
{
	if (str_has_suffix(path, STR("/metadata/title")))
		o->now->title = keep(o, text);
	else if (str_has_suffix(path, STR("/severity")))
		o->now->severity = keep(o, text);
	else if (str_has_suffix(path, STR("/metadata/patchable")))
		o->now->not_applicable = str_is(text, "Not Applicable");
	else if (str_has_suffix(path, STR("/criteria")) && o->n_open)
		((struct node *)vec_at(&o->nodes, o->open[--o->n_open]))->end = o->nodes.n;
	else if (str_is(path, "oval_definitions/definitions/definition"))
		o->now->n_nodes = o->nodes.n - o->now->nodes;
	return 0;
}

/* "(aarch64|x86_64)" of a pattern match, or one name; of any other pattern nothing is said. */
static struct str arches_of(struct str pattern)
{
	if (str_pull_prefix(&pattern, STR("(")) && pattern.n)
		pattern.n -= pattern.p[pattern.n - 1] == ')';
	for (size_t i = 0; i < pattern.n; i++)
		if (!char_is_alnum(pattern.p[i]) && pattern.p[i] != '_' && pattern.p[i] != '|')
			return STR_NULL;
	return pattern;
}

static int on_end(void *ctx, struct str path, struct str text, struct err *err)
{
	struct oval *o = ctx;
	struct str *name, arches;

	if (str_has_prefix(path, STR("oval_definitions/definitions/")))
		return o->now ? end_definition_part(o, path, text) : 0;
	if (o->state && str_has_suffix(path, STR("/rpminfo_state/evr"))) {
		o->state->evr = keep(o, text);
	} else if (o->state && str_has_suffix(path, STR("/rpminfo_state/version"))) {
		o->state->is_never = o->state->operation == OP_EQUAL && str_is(text, "0");
	} else if (o->state && str_has_suffix(path, STR("/rpminfo_state/arch"))) {
		arches = arches_of(text);
		o->state->arches = arches.n ? keep_once(o, arches) : STR_NULL;
		if (arches.n && !o->state->arches.p)
			return full(err);
	} else if (str_has_suffix(path, STR("/rpminfo_object/name"))) {
		name = arena_alloc(&o->arena, sizeof *name);
		if (name)
			*name = keep(o, text);
		if (!name || map_put(&o->objects, o->id, name) < 0)
			return full(err);
	}
	return 0;
}

/* What holds for the packages of a criteria tree at one point. */
struct context {
	size_t platforms; /* the node that names them; SIZE_MAX: none yet */
	struct str arch, module;
	bool ksplice;
};

static bool is_of_platforms(const struct oval *o, size_t at)
{
	const struct node *node = vec_at(&o->nodes, at);
	bool all = node->kind == NODE_PLATFORM;

	if (node->kind != NODE_OR)
		return all;
	for (size_t i = at + 1; i < node->end; i++) {
		const struct node *child = vec_at(&o->nodes, i);

		if (child->kind == NODE_TEST || child->kind == NODE_ARCH ||
		    child->kind == NODE_MODULE)
			return false;
		all = all || child->kind == NODE_PLATFORM;
	}
	return all;
}

/* Azure Linux has "0: 1.20.10-1.azl3" too. */
static struct str without_zero_epoch(struct str evr)
{
	(void)str_pull_prefix(&evr, STR("0:")); /* absent: the same */
	return str_trim(evr);
}

static void add_row(struct oval *o, struct rpm_row *row, const struct context *c, struct str shard)
{
	if (c->platforms == SIZE_MAX) {
		row->shard = shard;
		if (shard.n == 0)
			draft_fail(&o->d, ERR_FORMAT, "a package without a platform");
		rpm_rows_add(&o->rows, row, &o->d);
		return;
	}
	for (size_t i = c->platforms;
	     i < ((const struct node *)vec_at(&o->nodes, c->platforms))->end; i++) {
		const struct node *platform = vec_at(&o->nodes, i);

		if (++o->steps > STEPS_MAX) {
			draft_fail(&o->d, ERR_LIMIT, "more platforms for all packages than %zu",
				   STEPS_MAX);
			return;
		}
		if (platform->kind != NODE_PLATFORM || platform->text.n == 0)
			continue;
		row->shard = platform->text;
		if (platform->channel.n)
			row->channel = platform->channel;
		rpm_rows_add(&o->rows, row, &o->d);
	}
}

/* What a test in the criteria at `at` says of the version; NULL: no test of this package. */
static const struct state *state_of(const struct oval *o, const struct node *node,
				    const struct str *name)
{
	const struct test *t = node->kind == NODE_TEST ? map_get(&o->tests, node->text) : NULL;
	const struct str *other = t ? map_get(&o->objects, t->object) : NULL;

	return other && str_eq(*other, *name) ? map_get(&o->states, t->state) : NULL;
}

/* The other bound that an AND has on the package of `node`, above or below; NULL: none. */
static const struct state *other_bound(const struct oval *o, size_t at, const struct node *node,
				       bool above)
{
	const struct node *parent = vec_at(&o->nodes, at);
	const struct test *test = map_get(&o->tests, node->text);
	const struct str *name = test ? map_get(&o->objects, test->object) : NULL;

	if (parent->kind != NODE_AND || !name)
		return NULL;
	for (size_t i = at + 1, n = 0; i < parent->end && n < BOUNDS_MAX;
	     i = ((const struct node *)vec_at(&o->nodes, i))->end, n++) {
		const struct state *s = state_of(o, vec_at(&o->nodes, i), name);

		if (s && s->operation <= OP_GREATER_EQUAL && (s->operation >= OP_GREATER) == above)
			return s;
	}
	return NULL;
}

/* "> 1.17" */
static struct str bound_text(struct oval *o, const struct state *s)
{
	return draft_keepf(&o->d, "%s %.*s", s->operation == OP_GREATER ? ">" : ">=",
			   STR_FMT(without_zero_epoch(s->evr)));
}

/* "0", "0:0-0": what every version is greater than. */
static bool is_zero(struct str evr)
{
	for (size_t i = 0; i < evr.n; i++)
		if (!memchr("0:-", evr.p[i], 3))
			return false;
	return true;
}

static void set_version(struct oval *o, const struct state *state, struct rpm_row *row,
			const struct state *above)
{
	struct str evr = without_zero_epoch(state->evr);

	row->fixed = state->operation == OP_LESS;
	row->version = evr;
	if (above) {
		struct str from = bound_text(o, above);

		row->constraint =
			draft_keepf(&o->d, "%.*s, %s %.*s", STR_FMT(from),
				    state->operation == OP_LESS ? "<" : "<=", STR_FMT(evr));
	}
	if (o->vendor->channel_of_version)
		row->channel = o->vendor->channel_of_version(evr);
}

static void add_test(struct oval *o, const struct node *node, const struct context *c,
		     struct str shard, size_t parent)
{
	const struct state *above = other_bound(o, parent, node, true);
	const struct test *test = map_get(&o->tests, node->text);
	const struct state *state = test ? map_get(&o->states, test->state) : NULL;
	const struct str *name = test ? map_get(&o->objects, test->object) : NULL;
	struct rpm_row row = {
		.arch = o->vendor->by_source ? STR("src") : c->arch,
		.module = c->module,
		.channel = c->ksplice ? STR("ksplice") : STR_NULL,
	};

	if (!state || !name) {
		draft_fail(&o->d, ERR_FORMAT, "test %.*s is not in the file, or no test of an rpm",
			   STR_FMT(node->text));
		return;
	}
	if (state->is_never || state->evr.n == 0)
		return;
	row.name = *name;
	if (row.arch.n == 0)
		row.arch = state->arches;
	if (o->now->not_applicable)
		row.status = STATUS_NOT_AFFECTED;
	else if (state->operation == OP_LESS || state->operation == OP_LESS_EQUAL)
		set_version(o, state, &row, above);
	else if (state->operation == OP_EQUAL || state->operation == OP_OTHER ||
		 other_bound(o, parent, node, false))
		return;
	else if (!is_zero(state->evr))
		row.constraint = bound_text(o, state);
	add_row(o, &row, c, shard);
}

static void note_fact(const struct oval *o, size_t at, struct context *c)
{
	const struct node *node = vec_at(&o->nodes, at);

	if (is_of_platforms(o, at))
		c->platforms = at;
	else if (node->kind == NODE_ARCH)
		c->arch = node->text;
	else if (node->kind == NODE_MODULE)
		c->module = node->text;
	else if (node->kind == NODE_KSPLICE)
		c->ksplice = true;
}

/* Not deeper than the document was. */
static void walk(struct oval *o, size_t at, struct context c, struct str shard)
{
	const struct node *node = vec_at(&o->nodes, at);
	size_t next = at + 1;

	if (node->kind == NODE_AND)
		for (size_t i = next; i < node->end;
		     i = ((const struct node *)vec_at(&o->nodes, i))->end)
			note_fact(o, i, &c);
	for (size_t i = next; i < node->end && !o->d.failed; i = next) {
		const struct node *child = vec_at(&o->nodes, i);

		next = child->end;
		if (child->kind == NODE_TEST)
			add_test(o, child, &c, shard, at);
		else if (child->kind <= NODE_OR && !is_of_platforms(o, i))
			walk(o, i, c, shard);
	}
}

static void add_words(struct draft *d, struct draft_list *to, struct str list)
{
	struct str word;

	while (str_pull_word(&list, &word))
		draft_add(d, to, word);
}

static bool is_one_cve(struct str cves)
{
	struct str first = STR_NULL, word;
	bool same = str_pull_word(&cves, &first);

	while (same && str_pull_word(&cves, &word))
		same = str_eq(word, first);
	return same;
}

static void set_identity(struct oval *o)
{
	struct definition *def = o->now;
	struct draft *d = &o->d;
	struct str cves = def->cves;

	draft_summary(d, def->title);
	d->a.id = def->id;
	if (is_one_cve(cves) && (d->a.id.n == 0 || o->vendor->ids_are_cves)) {
		(void)str_pull_word(&cves, &d->a.id); /* there is one */
	} else {
		if (d->a.id.n == 0 && cves.n)
			d->a.id = def->oval_id; /* SUSE's patches, some of Photon's */
		add_words(d, &d->upstream, cves);
	}
	if (d->a.id.n == 0)
		draft_fail(d, ERR_FORMAT, "a definition without a reference");
	/* Of one id there are several definitions and files: none of them may outdate the others.
	 */
	if (!o->vendor->ids_are_cves)
		d->a.published = def->day;
}

static int give_definition(struct oval *o, struct str shard, struct err *err)
{
	struct draft *d = &o->d;
	const struct context nothing = {.platforms = SIZE_MAX};

	draft_begin(d, STR_NULL);
	d->where = draft_keepf(d, "definition %zu", o->now->number);
	set_identity(o);
	d->a.severity = advisory_severity_parse(o->now->severity);
	d->a.severity_source = str_of(o->vendor->name);
	add_words(d, &d->cvss, o->now->vectors);
	add_words(d, &d->references, o->now->urls);
	if (o->now->unsupported)
		draft_fail(d, ERR_UNSUPPORTED,
			   "criteria with a negation, another operator than AND "
			   "and OR, or another definition in them");
	if (o->now->n_nodes && !d->failed)
		walk(o, o->now->nodes, nothing, shard);
	rpm_rows_end(&o->rows, d);
	return draft_end(d, err);
}

static int give_all(struct oval *o, struct str shard, struct err *err)
{
	int r = 0;

	for (size_t i = 0; i < o->definitions.n && r == 0; i++) {
		o->now = vec_at(&o->definitions, i);
		r = give_definition(o, shard, err);
	}
	return r;
}

int oval_read(const struct feed_file *file, const struct oval_vendor *vendor, struct str shard,
	      const struct feed_sink *sink, struct err *err)
{
	struct oval *o = calloc(1, sizeof *o);
	int r;

	if (!o)
		return err_nomem(err);
	o->vendor = vendor;
	o->rows = (struct rpm_rows)RPM_ROWS_INIT;
	o->definitions = (struct vec)VEC_INIT(struct definition, LIMIT_ADVISORY_ITEMS);
	o->nodes = (struct vec)VEC_INIT(struct node, 4 * (size_t)LIMIT_ADVISORY_ITEMS);
	arena_init(&o->arena, LIMIT_FEED_TABLE_BYTES);
	map_init(&o->tests, 4 * (size_t)LIMIT_ADVISORY_ITEMS);
	map_init(&o->names, 4 * (size_t)LIMIT_ADVISORY_ITEMS);
	map_init(&o->objects, LIMIT_ADVISORY_ITEMS);
	map_init(&o->states, 4 * (size_t)LIMIT_ADVISORY_ITEMS);
	draft_init(&o->d, vendor->feed, sink);
	draft_begin(&o->d, STR_NULL);
	r = xml_parse_stream(file->stream, &(struct xml_handler){o, on_start, on_end}, err);
	if (r == 0 && o->definitions.n == 0)
		r = err_set(err, ERR_FORMAT, "no definition of OVAL in it");
	if (r == 0)
		r = give_all(o, shard, err);
	draft_done(&o->d);
	rpm_rows_done(&o->rows);
	vec_done(&o->definitions);
	vec_done(&o->nodes);
	map_done(&o->tests);
	map_done(&o->names);
	map_done(&o->objects);
	map_done(&o->states);
	arena_done(&o->arena);
	free(o);
	return r;
}
