/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plimsoll trust list|inspect: what a collection of Docker Content Trust says, once it is verified.
 */
#include "base/clock.h"
#include "base/limits.h"
#include "cmd/dct_session.h"
#include "codec/json_writer.h"
#include "render/text.h"

struct look {
	struct dct_session s;
	struct dct_view *view;
	struct dct_collection c;
	struct strbuf out;
};

static int open_look(struct look *l, const struct trust_options *opt, int64_t now, const char *gun,
		     struct err *err)
{
	int r = dct_session_open(&l->s, opt, now, gun, opt->offline ? DCT_OFFLINE : DCT_ONLINE,
				 err);

	l->view = NULL;
	l->out = (struct strbuf)STRBUF_INIT(LIMIT_OUTPUT_BYTES);
	dct_collection_init(&l->c, str_of(gun), &l->s.arena);
	if (r == 0)
		r = dct_session_view(&l->s, &l->view, err);
	return r < 0 ? r : dct_collection_load(&l->c, l->view, err);
}

static int close_look(struct look *l, int r, struct err *err)
{
	if (r == 0)
		r = strbuf_check(&l->out, err);
	if (r == 0 && command_print(strbuf_str(&l->out)) != EXIT_DONE)
		r = err_set(err, ERR_IO, "stdout could not be written");
	dct_collection_done(&l->c);
	dct_view_free(l->view);
	strbuf_done(&l->out);
	return dct_session_end(&l->s, r, err);
}

static bool wants_json(const struct look *l)
{
	return strcmp(l->s.opt->format, "json") == 0;
}

/* --- list --- */

static void add_cell(struct strbuf *out, struct str s, size_t columns)
{
	size_t used = text_add(out, s, SIZE_MAX, true);

	text_pad(out, used < columns ? columns - used : 0);
	strbuf_adds(out, "  ");
}

static size_t widest_tag(const struct dct_collection *c)
{
	size_t widest = sizeof "TAG" - 1;

	for (size_t i = 0; i < c->targets.n; i++) {
		const struct dct_targets *t = vec_at(&c->targets, i);

		for (size_t k = 0; k < t->targets.n; k++) {
			const struct dct_target *tag = vec_at(&t->targets, k);
			size_t width = text_width(tag->name, true);

			widest = width > widest ? width : widest;
		}
	}
	return widest;
}

static int add_row(struct look *l, const struct dct_targets *t, const struct dct_target *tag,
		   size_t columns, struct err *err)
{
	char digest[DIGEST_TEXT_MAX];
	int r = dct_target_digest(tag, digest, err);

	if (r < 0)
		return r;
	add_cell(&l->out, tag->name, columns);
	strbuf_addf(&l->out, "%-71s  %8lld  %.*s\n", digest, (long long)tag->length,
		    STR_FMT(t->role));
	return 0;
}

static int add_json_row(struct json_writer *w, const struct dct_targets *t,
			const struct dct_target *tag, struct err *err)
{
	char digest[DIGEST_TEXT_MAX];
	int r = dct_target_digest(tag, digest, err);

	if (r < 0)
		return r;
	json_open_map(w);
	json_put_str(w, "tag", tag->name);
	json_put_text(w, "digest", digest);
	json_put_uint(w, "size", (uint64_t)tag->length);
	json_put_str(w, "role", t->role);
	json_close_map(w);
	return 0;
}

/* A delegation says nothing of tags beyond its paths. */
static bool is_shown(const struct look *l, const struct dct_targets *t,
		     const struct dct_target *tag)
{
	return dct_collection_may_hold(&l->c, t->role, tag->name);
}

static int list_json(struct look *l, struct err *err)
{
	struct json_writer w;
	int r = 0;

	json_writer_init(&w, &l->out, JSON_INDENT);
	json_open_list(&w);
	for (size_t i = 0; i < l->c.targets.n && r == 0; i++) {
		const struct dct_targets *t = vec_at(&l->c.targets, i);

		for (size_t k = 0; k < t->targets.n && r == 0; k++)
			if (is_shown(l, t, vec_at(&t->targets, k)))
				r = add_json_row(&w, t, vec_at(&t->targets, k), err);
	}
	json_close_list(&w);
	strbuf_addc(&l->out, '\n');
	return r;
}

static int list_table(struct look *l, struct err *err)
{
	size_t columns = widest_tag(&l->c);
	int r = 0;

	add_cell(&l->out, STR("TAG"), columns);
	strbuf_addf(&l->out, "%-71s  %8s  %s\n", "DIGEST", "SIZE", "ROLE");
	for (size_t i = 0; i < l->c.targets.n && r == 0; i++) {
		const struct dct_targets *t = vec_at(&l->c.targets, i);

		for (size_t k = 0; k < t->targets.n && r == 0; k++)
			if (is_shown(l, t, vec_at(&t->targets, k)))
				r = add_row(l, t, vec_at(&t->targets, k), columns, err);
	}
	return r;
}

static int run_list(const struct trust_options *opt, int64_t now, int argc, const char *const *argv)
{
	struct look l;
	struct err err = {0};
	int r = open_look(&l, opt, now, argv[0], &err);

	if (r == 0)
		r = wants_json(&l) ? list_json(&l, &err) : list_table(&l, &err);
	return close_look(&l, r, &err);
}

/* --- inspect --- */

struct role_line {
	struct str name;
	const struct dct_role *signers;
	const struct vec *keys;
	const struct tuf_metadata *m; /* NULL: not signed yet */
	size_t n_tags;
};

static void tell_role(struct look *l, const struct role_line *line)
{
	char when[CLOCK_TEXT_MAX] = "not signed yet";

	if (line->m && !clock_format(line->m->expires, when))
		(void)snprintf(when, sizeof when, "?");
	add_cell(&l->out, line->name, 18);
	strbuf_addf(&l->out, "%7lld  %-22s%6zu", (long long)(line->m ? line->m->version : 0), when,
		    line->n_tags);
	for (size_t i = 0; i < line->signers->key_ids.n; i++)
		strbuf_addf(&l->out, "%s%.*s", i ? " " : "  ",
			    STR_FMT(str_sub(line->signers->key_ids.p[i], 0, 16)));
	strbuf_addc(&l->out, '\n');
}

static void role_json(struct json_writer *w, const struct role_line *line)
{
	char when[CLOCK_TEXT_MAX];

	json_open_map(w);
	json_put_str(w, "name", line->name);
	if (line->m && clock_format(line->m->expires, when)) {
		json_put_uint(w, "version", (uint64_t)line->m->version);
		json_put_text(w, "expires", when);
	}
	json_put_uint(w, "tags", line->n_tags);
	json_put_uint(w, "threshold", (uint64_t)line->signers->threshold);
	json_key(w, "keys");
	json_open_list(w);
	for (size_t i = 0; i < line->signers->key_ids.n; i++)
		json_add_str(w, line->signers->key_ids.p[i]);
	json_close_list(w);
	json_close_map(w);
}

static void show_role(struct look *l, struct json_writer *w, const struct role_line *line)
{
	if (w)
		role_json(w, line);
	else
		tell_role(l, line);
}

static void show_base(struct look *l, struct json_writer *w)
{
	static const struct {
		int role;
		enum tuf_type type;
	} rows[] = {{DCT_ROOT, TUF_ROOT},
		    {DCT_TIMESTAMP, TUF_TIMESTAMP},
		    {DCT_SNAPSHOT, TUF_SNAPSHOT},
		    {DCT_TARGETS, TUF_TARGETS}};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct dct_role *role = &l->c.root.roles[rows[i].role];
		const struct dct_targets *t = dct_collection_role(&l->c, role->name);

		show_role(l, w,
			  &(struct role_line){role->name, role, &l->c.root.keys,
					      dct_view_base(l->view, rows[i].type),
					      t ? t->targets.n : 0});
	}
}

static void show_delegations(struct look *l, struct json_writer *w)
{
	for (size_t i = 0; i < l->c.targets.n; i++) {
		const struct dct_targets *parent = vec_at(&l->c.targets, i);

		for (size_t k = 0; k < parent->delegations.n; k++) {
			const struct dct_role *d = vec_at(&parent->delegations, k);
			const struct dct_targets *t = dct_collection_role(&l->c, d->name);
			const struct tuf_metadata *m = NULL;

			if (t && dct_view_role(l->view, d->name, &m, NULL) < 0)
				m = NULL;
			show_role(l, w,
				  &(struct role_line){d->name, d, &parent->keys, m,
						      t ? t->targets.n : 0});
		}
	}
}

static int inspect_table(struct look *l, const struct trust_change_list *waiting, struct err *err)
{
	const struct dct_root_check *root = dct_view_root(l->view);

	strbuf_addf(&l->out, "%.*s\n", STR_FMT(l->s.place.gun));
	strbuf_addf(&l->out, "  root certificate  %.*s\n", STR_FMT(root->id));
	strbuf_addf(&l->out, "  its SHA-256       %.*s\n", STR_FMT(root->sha256));
	strbuf_adds(&l->out, "  for               ");
	(void)text_add(&l->out, root->subject, SIZE_MAX, true);
	strbuf_adds(&l->out, "\n\n");
	strbuf_addf(&l->out, "%-18s  %7s  %-22s%6s  %s\n", "ROLE", "VERSION", "GOOD UNTIL", "TAGS",
		    "KEYS");
	show_base(l, NULL);
	show_delegations(l, NULL);
	if (waiting->n)
		strbuf_adds(&l->out, "\nnot published yet:\n");
	for (size_t i = 0; i < waiting->n; i++) {
		struct dct_change change;
		int r = dct_change_read(waiting->p[i].bytes, &l->s.arena, &change, err);

		if (r < 0)
			return r;
		strbuf_adds(&l->out, "  ");
		(void)text_add(&l->out, dct_change_text(&change, &l->s.arena), SIZE_MAX, true);
		strbuf_addc(&l->out, '\n');
	}
	return 0;
}

static int inspect_json(struct look *l, const struct trust_change_list *waiting, struct err *err)
{
	const struct dct_root_check *root = dct_view_root(l->view);
	struct json_writer w;
	int r = 0;

	json_writer_init(&w, &l->out, JSON_INDENT);
	json_open_map(&w);
	json_put_str(&w, "gun", l->s.place.gun);
	json_put_str(&w, "root_certificate", root->id);
	json_put_str(&w, "root_certificate_sha256", root->sha256);
	json_key(&w, "roles");
	json_open_list(&w);
	show_base(l, &w);
	show_delegations(l, &w);
	json_close_list(&w);
	json_key(&w, "not_published");
	json_open_list(&w);
	for (size_t i = 0; i < waiting->n && r == 0; i++) {
		struct dct_change change;

		r = dct_change_read(waiting->p[i].bytes, &l->s.arena, &change, err);
		if (r == 0)
			json_add_str(&w, dct_change_text(&change, &l->s.arena));
	}
	json_close_list(&w);
	json_close_map(&w);
	strbuf_addc(&l->out, '\n');
	return r;
}

static int run_inspect(const struct trust_options *opt, int64_t now, int argc,
		       const char *const *argv)
{
	struct trust_change_list waiting = {NULL, 0};
	struct look l;
	struct err err = {0};
	int r = open_look(&l, opt, now, argv[0], &err);

	if (r == 0)
		r = trust_dir_changes(&l.s.place.dir, l.s.place.gun, &l.s.arena, &waiting, &err);
	if (r == 0)
		r = wants_json(&l) ? inspect_json(&l, &waiting, &err)
				   : inspect_table(&l, &waiting, &err);
	return close_look(&l, r, &err);
}

const struct trust_action trust_collection[] = {
	{"list", 1, 1, run_list},
	{"inspect", 1, 1, run_inspect},
	{NULL, 0, 0, NULL},
};
