/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plimsoll trust migrate GUN --key KEY: what a collection of Docker Content Trust trusts gets
 * signatures as cosign makes them, and every tag is told of.
 *
 * A tag is migrated when docker pull would trust it (targets/releases, then targets), and the image
 * that was signed for is still in the registry, byte for byte. The signature names the tag too, as
 * an annotation: the word of Docker Content Trust is "this tag is that digest".
 */
#include "base/limits.h"
#include "cmd/dct_session.h"
#include "cmd/signing_key.h"
#include "codec/json_writer.h"
#include "render/text.h"
#include "trust/cosign/sign.h"

enum outcome { MIGRATED, WAS_THERE, WOULD, REFUSED };

static const char *const outcome_names[] = {
	[MIGRATED] = "migrated",
	[WAS_THERE] = "was signed",
	[WOULD] = "can be migrated",
	[REFUSED] = "refused",
};

struct row {
	struct str tag, role, digest, why;
	enum outcome outcome;
};

struct migration {
	struct dct_session s;
	struct dct_view *view;
	struct dct_collection c;
	struct secret_key *key;
	const char *repository; /* where the images are */
	struct vec rows;	/* struct row */
};

/* --- one tag --- */

static int find_image(struct migration *m, const struct dct_target *t, const char *digest,
		      struct artifact_place *place, struct err *err)
{
	const struct registry_options how = REGISTRY_OPTIONS_GIVEN(*m->s.opt);
	CLEANUP(strbuf_done) struct strbuf target = STRBUF_INIT(LIMIT_FIELD_BYTES);
	int r;

	strbuf_addf(&target, "%s@%s", m->repository, digest);
	r = strbuf_check(&target, err);
	if (r == 0)
		r = artifact_place_open(strbuf_cstr(&target), &how, place, err);
	if (r == -ERR_NOT_FOUND)
		return err_set(err, ERR_DENIED, "the image that was signed is no longer in %s",
			       m->repository);
	if (r == 0 && !place->store)
		return err_set(err, ERR_DENIED, "%.*s", STR_FMT(place->why_bare));
	if (r == 0 && (int64_t)place->manifest.bytes.n != t->length)
		return err_set(err, ERR_DENIED,
			       "%lld bytes were signed, the registry has %zu with that digest",
			       (long long)t->length, place->manifest.bytes.n);
	return r;
}

static int sign_image(struct migration *m, const struct dct_target *t, struct artifact_place *place,
		      struct row *row, struct err *err)
{
	const struct artifact_annotation notes[] = {
		{STR("dct.gun"), m->s.place.gun},
		{STR("dct.tag"), t->name},
	};
	const struct cosign_signing how = {
		.store = place->store,
		.subject = {.media_type = str_of(place->manifest.media_type),
			    .digest = str_of(place->manifest.digest),
			    .size = place->manifest.bytes.n},
		.reference = str_of(m->repository),
		.key = m->key,
		.annotations = notes,
		.n_annotations = ARRAY_LEN(notes),
		.now = m->s.publisher.now,
		.arena = &m->s.arena,
	};
	struct cosign_made made = {0};
	int r;

	if (!m->key) {
		row->outcome = WOULD;
		return 0;
	}
	r = cosign_sign(&how, COSIGN_FORM_LAYER | COSIGN_FORM_BUNDLE, &made, err);
	row->outcome = made.was_there ? WAS_THERE : MIGRATED;
	return r;
}

static int migrate_tag(struct migration *m, const struct dct_target *t, struct row *row,
		       struct err *err)
{
	CLEANUP(artifact_place_done) struct artifact_place place = ARTIFACT_PLACE_INIT;
	char digest[DIGEST_TEXT_MAX];
	struct err why = {0};
	int r = dct_target_digest(t, digest, &why);

	if (r == 0) {
		row->digest = arena_str(&m->s.arena, str_of(digest));
		r = find_image(m, t, digest, &place, &why);
	}
	if (r == 0)
		r = sign_image(m, t, &place, row, &why);
	if (r == -ERR_DENIED || r == -ERR_FORMAT || r == -ERR_UNSUPPORTED) {
		row->outcome = REFUSED;
		row->why = arena_str(&m->s.arena, str_of(why.msg));
		return 0;
	}
	return r < 0 ? err_set(err, why.code, "%.*s: %s", STR_FMT(t->name), why.msg) : 0;
}

/* --- all of them --- */

static bool is_trusted(struct str role)
{
	return str_is(role, "targets") || str_is(role, "targets/releases");
}

/* targets/releases speaks first: what targets says of the same tag is not what docker pulls. */
static bool is_overruled(const struct migration *m, const struct dct_targets *t, struct str tag)
{
	const struct dct_targets *releases = dct_collection_role(&m->c, STR("targets/releases"));

	return str_is(t->role, "targets") && releases && dct_targets_find(releases, tag) &&
	       dct_collection_may_hold(&m->c, releases->role, tag);
}

/* Why docker pull takes no word of the role for the tag; empty: it does. */
static struct str why_not(const struct migration *m, const struct dct_targets *t, struct str tag)
{
	if (!is_trusted(t->role))
		return STR("docker pull does not trust this delegation");
	if (!dct_collection_may_hold(&m->c, t->role, tag))
		return STR("the paths of this delegation do not let it speak for the tag");
	if (is_overruled(m, t, tag))
		return STR("targets/releases says something else, and docker pull takes that");
	return STR_NULL;
}

static int take_tag(struct migration *m, const struct dct_targets *t, const struct dct_target *tag,
		    struct err *err)
{
	struct row *row = vec_push(&m->rows);

	if (!row)
		return err_set(err, ERR_LIMIT, "more tags than trust_targets (%d)",
			       LIMIT_TRUST_TARGETS);
	row->tag = tag->name;
	row->role = t->role;
	row->why = why_not(m, t, tag->name);
	if (!row->why.n)
		return migrate_tag(m, tag, row, err);
	row->outcome = REFUSED;
	return 0;
}

static int migrate_all(struct migration *m, struct err *err)
{
	int r = 0;

	for (size_t i = 0; i < m->c.targets.n && r == 0; i++) {
		const struct dct_targets *t = vec_at(&m->c.targets, i);

		for (size_t k = 0; k < t->targets.n && r == 0; k++)
			r = take_tag(m, t, vec_at(&t->targets, k), err);
	}
	return r;
}

/* --- the report --- */

static size_t count(const struct migration *m, enum outcome outcome)
{
	size_t n = 0;

	for (size_t i = 0; i < m->rows.n; i++)
		n += ((struct row *)vec_at(&m->rows, i))->outcome == outcome;
	return n;
}

static void report_json(const struct migration *m, struct strbuf *out)
{
	struct json_writer w;

	json_writer_init(&w, out, JSON_INDENT);
	json_open_map(&w);
	json_put_str(&w, "gun", m->s.place.gun);
	json_put_text(&w, "repository", m->repository);
	json_key(&w, "tags");
	json_open_list(&w);
	for (size_t i = 0; i < m->rows.n; i++) {
		const struct row *row = vec_at(&m->rows, i);

		json_open_map(&w);
		json_put_str(&w, "tag", row->tag);
		json_put_opt(&w, "digest", row->digest);
		json_put_str(&w, "role", row->role);
		json_put_text(&w, "outcome", outcome_names[row->outcome]);
		json_put_opt(&w, "why", row->why);
		json_close_map(&w);
	}
	json_close_list(&w);
	json_close_map(&w);
	strbuf_addc(out, '\n');
}

static void report_table(const struct migration *m, struct strbuf *out)
{
	for (size_t i = 0; i < m->rows.n; i++) {
		const struct row *row = vec_at(&m->rows, i);

		strbuf_addf(out, "%-16s", outcome_names[row->outcome]);
		(void)text_add(out, row->tag, SIZE_MAX, true);
		strbuf_addf(out, "  %.*s\n", STR_FMT(row->digest));
		if (row->why.n) {
			strbuf_adds(out, "                ");
			text_wrap(out, row->why, 16, 80, true);
		}
	}
	strbuf_addf(out, "%zu migrated, %zu signed before, %zu refused", count(m, MIGRATED),
		    count(m, WAS_THERE), count(m, REFUSED));
	if (count(m, WOULD))
		strbuf_addf(out, ", %zu can be migrated: name the new --key", count(m, WOULD));
	strbuf_addc(out, '\n');
}

static int report(const struct migration *m, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(LIMIT_OUTPUT_BYTES);
	int r;

	if (strcmp(m->s.opt->format, "json") == 0)
		report_json(m, &out);
	else
		report_table(m, &out);
	r = strbuf_check(&out, err);
	if (r == 0 && command_print(strbuf_str(&out)) != EXIT_DONE)
		r = err_set(err, ERR_IO, "stdout could not be written");
	return r;
}

/* --- the whole --- */

static int open_key(struct migration *m, struct err *err)
{
	struct passphrase_source how = PASSPHRASE_GIVEN(*m->s.opt, NULL);

	return m->s.opt->key ? signing_key_open(m->s.opt->key, &how, &m->key, err) : 0;
}

static int migrate(struct migration *m, struct err *err)
{
	int r = open_key(m, err), told;

	if (r == 0)
		r = dct_session_view(&m->s, &m->view, err);
	if (r == 0)
		r = dct_collection_load(&m->c, m->view, err);
	if (r == 0)
		r = migrate_all(m, err);
	if (r < 0 && m->rows.n == 0)
		return r;
	told = report(m, r < 0 ? NULL : err); /* also of what was done before something broke */
	return r < 0 ? r : told;
}

static int run(const struct trust_options *opt, int64_t now, int argc, const char *const *argv)
{
	struct migration m = {.repository = opt->repository ? opt->repository : argv[0],
			      .rows = VEC_INIT(struct row, LIMIT_TRUST_TARGETS)};
	struct err err = {0};
	int r = dct_session_open(&m.s, opt, now, argv[0], opt->offline ? DCT_OFFLINE : DCT_ONLINE,
				 &err);
	int status;
	bool refused;

	dct_collection_init(&m.c, str_of(argv[0]), &m.s.arena);
	if (r == 0)
		r = migrate(&m, &err);
	refused = count(&m, REFUSED) > 0;
	secret_key_free(m.key);
	dct_collection_done(&m.c);
	dct_view_free(m.view);
	vec_done(&m.rows);
	status = dct_session_end(&m.s, r, &err);
	return status == TRUST_EXIT_DONE && refused ? TRUST_EXIT_REFUSED : status;
}

const struct trust_action trust_migrate[] = {{"migrate", 1, 1, run}, {NULL, 0, 0, NULL}};
