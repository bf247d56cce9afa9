/* SPDX-License-Identifier: Apache-2.0 */
#include "secret/secret_automaton.h"

#include <hs/hs.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/cursor.h"
#include "base/limits.h"
#include "codec/checksum.h"

#define REACH_MAX     8192 /* of a pattern without a longest match */
#define KEYWORD_REACH 1024

struct secret_automaton {
	hs_database_t *db;
};

struct secret_scratch {
	hs_scratch_t *hs;
};

/* What the automaton is made of: parallel arrays, as Vectorscan takes them. */
struct expressions {
	char **texts;
	unsigned *flags, *ids;
	size_t n;
};

static void expressions_done(struct expressions *e)
{
	for (size_t i = 0; i < e->n; i++)
		free(e->texts[i]);
	free(e->texts);
	free(e->flags);
	free(e->ids);
}

static void add_literal(struct strbuf *out, struct str text, bool joints)
{
	for (size_t i = 0; i < text.n; i++)
		if (joints && strchr("_-. ", text.p[i]))
			strbuf_adds(out, "[-_. ]?");
		else if (char_is_alnum(text.p[i]))
			strbuf_addc(out, text.p[i]);
		else
			strbuf_addf(out, "\\x%02x", (unsigned char)text.p[i]);
}

static int write_expression(const struct secret_trigger *t, char **ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(LIMIT_REGEX_PATTERN_BYTES);
	int r;

	if (t->kind == TRIGGER_PATTERN)
		strbuf_add(&text, t->text);
	else
		add_literal(&text, t->text, t->kind == TRIGGER_NAME);
	r = strbuf_check(&text, err);
	if (r < 0)
		return r;
	*ret = str_dup(strbuf_str(&text));
	return *ret ? 0 : err_nomem(err);
}

static int refuse(const struct secret_rule *rule, hs_compile_error_t *why, struct err *err)
{
	int r = err_set(err, ERR_FORMAT,
			"%.*s:%zu: the first pass does not take the pattern of %.*s: %s; give "
			"it keywords",
			STR_FMT(rule->file), rule->line, STR_FMT(rule->id),
			why ? why->message : "");

	hs_free_compile_error(why);
	return r;
}

/* How far before its end a match can begin. */
static int measure(struct secret_trigger *t, const char *text, unsigned flags, struct err *err)
{
	hs_compile_error_t *why = NULL;
	hs_expr_info_t *info = NULL;

	if (hs_expression_info(text, flags, &info, &why) != HS_SUCCESS)
		return refuse(t->rule, why, err);
	t->reach = info->max_width < REACH_MAX ? info->max_width : REACH_MAX;
	if (t->kind == TRIGGER_KEYWORD)
		t->reach += KEYWORD_REACH;
	free(info);
	return 0;
}

static int add_expression(struct expressions *e, struct secret_trigger *t, struct err *err)
{
	int r = write_expression(t, &e->texts[e->n], err);

	if (r < 0)
		return r;
	e->flags[e->n] = t->kind == TRIGGER_NAME ? HS_FLAG_CASELESS : 0;
	e->ids[e->n] = (unsigned)e->n;
	e->n++;
	return measure(t, e->texts[e->n - 1], e->flags[e->n - 1], err);
}

static int compile(struct secret_automaton *a, struct secret_trigger *triggers, size_t n,
		   struct expressions *e, struct err *err)
{
	hs_compile_error_t *why = NULL;

	for (size_t i = 0; i < n; i++) {
		int r = add_expression(e, &triggers[i], err);

		if (r < 0)
			return r;
	}
	if (hs_compile_multi((const char *const *)e->texts, e->flags, e->ids, (unsigned)e->n,
			     HS_MODE_BLOCK, NULL, &a->db, &why) == HS_SUCCESS)
		return 0;
	if (why && why->expression >= 0)
		return refuse(triggers[why->expression].rule, why, err);
	hs_free_compile_error(why);
	return err_nomem(err);
}

int secret_automaton_new(struct secret_trigger *triggers, size_t n, struct secret_automaton **ret,
			 struct err *err)
{
	struct expressions e = {.texts = calloc(n + 1, sizeof *e.texts),
				.flags = calloc(n + 1, sizeof *e.flags),
				.ids = calloc(n + 1, sizeof *e.ids)};
	struct secret_automaton *a = calloc(1, sizeof *a);
	int r = e.texts && e.flags && e.ids && a ? 0 : err_nomem(err);

	if (r == 0 && n == 0)
		r = err_set(err, ERR_FORMAT, "no rule of secrets has a pattern to look for");
	if (r == 0)
		r = compile(a, triggers, n, &e, err);
	expressions_done(&e);
	if (r < 0) {
		secret_automaton_free(a);
		return r;
	}
	*ret = a;
	return 0;
}

void secret_automaton_free(struct secret_automaton *a)
{
	if (a)
		hs_free_database(a->db);
	free(a);
}

/* ---- to and from bytes ---- */

static const char magic[8] = {'P', 'L', 'M', 'S', 'E', 'C', 'R', 'T'};

#define CHECKED_FROM 16

static void put_u64(struct strbuf *out, uint64_t v)
{
	strbuf_add_bytes(out, &v, sizeof v);
}

static uint64_t get_u64(struct cursor *c)
{
	struct str s = cursor_take(c, sizeof(uint64_t));
	uint64_t v = 0;

	if (s.n)
		memcpy(&v, s.p, sizeof v);
	return v;
}

int secret_automaton_save(const struct secret_automaton *a, const struct secret_trigger *triggers,
			  size_t n, struct strbuf *out, struct err *err)
{
	uint64_t checksum;
	char *db = NULL;
	size_t size = 0;

	strbuf_add_bytes(out, magic, sizeof magic);
	put_u64(out, 0);
	put_u64(out, n);
	for (size_t i = 0; i < n; i++)
		put_u64(out, triggers[i].reach);
	if (hs_serialize_database(a->db, &db, &size) != HS_SUCCESS)
		return err_nomem(err);
	strbuf_add_bytes(out, db, size);
	free(db);
	if (strbuf_check(out, err) < 0)
		return strbuf_check(out, err);
	checksum = checksum_of(str_skip(strbuf_str(out), CHECKED_FROM));
	memcpy(out->p + sizeof magic, &checksum, sizeof checksum);
	return 0;
}

bool secret_automaton_load(struct str saved, struct secret_trigger *triggers, size_t n,
			   struct secret_automaton **ret)
{
	struct cursor c = cursor_make(saved);
	struct str head = cursor_take(&c, sizeof magic);
	uint64_t checksum = get_u64(&c);
	struct secret_automaton *a;
	struct str db;

	if (c.failed || memcmp(head.p, magic, sizeof magic) != 0 ||
	    checksum != checksum_of(str_skip(saved, CHECKED_FROM)) || get_u64(&c) != n)
		return false;
	for (size_t i = 0; i < n; i++)
		triggers[i].reach = get_u64(&c);
	db = str_skip(saved, c.at);
	a = c.failed ? NULL : calloc(1, sizeof *a);
	if (!a || hs_deserialize_database(db.p, db.n, &a->db) != HS_SUCCESS) {
		free(a);
		return false;
	}
	*ret = a;
	return true;
}

int secret_scratch_new(const struct secret_automaton *a, struct secret_scratch **ret,
		       struct err *err)
{
	struct secret_scratch *s = calloc(1, sizeof *s);

	if (!s || hs_alloc_scratch(a->db, &s->hs) != HS_SUCCESS) {
		free(s);
		return err_nomem(err);
	}
	*ret = s;
	return 0;
}

void secret_scratch_free(struct secret_scratch *s)
{
	if (s)
		hs_free_scratch(s->hs);
	free(s);
}

struct running {
	secret_on_end on_end;
	void *context;
};

static int on_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags,
		    void *context)
{
	const struct running *run = context;

	(void)from;
	(void)flags;
	return run->on_end(run->context, id, (size_t)to) ? 0 : 1;
}

int secret_automaton_run(const struct secret_automaton *a, struct secret_scratch *s,
			 struct str text, secret_on_end on_end, void *context, struct err *err)
{
	struct running run = {on_end, context};
	hs_error_t r =
		hs_scan(a->db, text.p ? text.p : "", (unsigned)text.n, 0, s->hs, on_match, &run);

	return r == HS_SUCCESS || r == HS_SCAN_TERMINATED
		       ? 0
		       : err_set(err, ERR_BUG, "the automaton of secrets stopped with %d", r);
}
