/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plimsoll trust init|add|remove|delegate|rotate|publish: a publisher of Docker Content Trust.
 */
#include <time.h>

#include "base/fd.h"
#include "base/limits.h"
#include "cmd/dct_session.h"
#include "trust/artifact_store.h"
#include "trust/dct/name.h"

/* --- publishing --- */

static int publish(struct dct_session *s, struct err *err)
{
	struct dct_published done = {0};
	int r = dct_publisher_publish(&s->publisher, s->opt->renew, &done, err);

	if (r < 0)
		return r;
	if (done.n_files == 0)
		dct_session_say(s, "there was nothing to publish");
	else
		dct_session_say(s, "published %.*s at %.*s%s", STR_FMT(s->place.gun),
				STR_FMT(notary_server_url(s->place.server)),
				done.first ? ", for the first time" : "");
	for (size_t i = 0; i < done.roles.n; i++)
		dct_session_say(s, "signed %.*s", STR_FMT(done.roles.p[i]));
	if (done.n_tries > 1)
		dct_session_say(s, "somebody else had published in between; done upon their state");
	return 0;
}

static uint64_t now_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_REALTIME, &t); /* cannot fail with this clock */
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* Writes the change down; with --publish it goes out at once. */
static int stage(struct dct_session *s, const struct dct_change *change, struct err *err)
{
	int r = dct_publisher_stage(&s->publisher, change, now_ns(), err);

	if (r < 0)
		return r;
	if (s->opt->publish)
		return publish(s, err);
	dct_session_say(s, "noted: %.*s", STR_FMT(dct_change_text(change, &s->arena)));
	dct_session_say(s, "plimsoll trust publish %.*s makes it known", STR_FMT(s->place.gun));
	return 0;
}

static enum dct_network network_of(const struct trust_options *opt)
{
	return opt->publish ? DCT_ONLINE : DCT_OFFLINE;
}

static int run_publish(const struct trust_options *opt, int64_t now, int argc,
		       const char *const *argv)
{
	struct dct_session s;
	struct err err = {0};
	int r = dct_session_open(&s, opt, now, argv[0], DCT_ONLINE, &err);

	if (r == 0)
		r = publish(&s, &err);
	return dct_session_end(&s, r, &err);
}

static int run_init(const struct trust_options *opt, int64_t now, int argc, const char *const *argv)
{
	struct dct_session s;
	struct err err = {0};
	int r = dct_session_open(&s, opt, now, argv[0], DCT_ONLINE, &err);

	if (r == 0)
		r = dct_publisher_init(&s.publisher, opt->local_snapshot, &err);
	if (r == 0)
		dct_session_say(&s,
				"keys of %s are in %s/private: keep a copy of the root key "
				"where nobody can reach it",
				argv[0], s.place.dir.path);
	if (r == 0 && opt->publish)
		r = publish(&s, &err);
	return dct_session_end(&s, r, &err);
}

/* --- tags --- */

static int add_hash(struct dct_session *s, const char *text, struct dct_target *t, struct err *err)
{
	struct digest_value v;
	int r = digest_parse(str_of(text), &v, err);

	if (r == 0 && v.algorithm == DIGEST_SHA384)
		r = err_set(err, ERR_UNSUPPORTED, "Docker Content Trust has no SHA-384");
	return r < 0 ? r : dct_target_set_digest(t, &v, &s->arena, err);
}

/* An image, whose manifest says it all. */
static int look_up(struct dct_session *s, const char *target, struct dct_target *t, struct err *err)
{
	const struct registry_options how = REGISTRY_OPTIONS_GIVEN(*s->opt);
	CLEANUP(artifact_place_done) struct artifact_place place = ARTIFACT_PLACE_INIT;
	int r = artifact_place_open(target, &how, &place, err);

	if (r == 0 && place.manifest.bytes.n == 0)
		r = err_set(err, ERR_UNSUPPORTED, "%s: it has no manifest that could be signed",
			    target);
	if (r < 0)
		return r;
	t->length = (int64_t)place.manifest.bytes.n;
	return add_hash(s, place.manifest.digest, t, err);
}

static int find_target(struct dct_session *s, const char *what, struct dct_target *t,
		       struct err *err)
{
	if (!artifact_version_is_digest(str_of(what)))
		return look_up(s, what, t, err);
	if (s->opt->size == 0)
		return err_set(err, ERR_USAGE,
			       "a digest alone is not enough: give --size, the bytes of the "
			       "manifest, or name the image, to have it looked up");
	t->length = (int64_t)s->opt->size;
	return add_hash(s, what, t, err);
}

static int stage_target(struct dct_session *s, enum dct_action action,
			const struct dct_target *target, struct err *err)
{
	static const char *const usual[] = {"targets"};
	const char *const *roles = s->opt->roles.n ? s->opt->roles.p : usual;
	size_t n = s->opt->roles.n ? s->opt->roles.n : 1;
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++) {
		struct dct_change change = {.action = action,
					    .type = DCT_CHANGE_TARGET,
					    .role = dct_session_role(s, roles[i]),
					    .path = target->name,
					    .target = *target};

		if (!dct_role_is_targets(change.role))
			return err_set(err, ERR_USAGE, "%s is no role that signs tags", roles[i]);
		r = stage(s, &change, err);
	}
	return r;
}

static int run_add(const struct trust_options *opt, int64_t now, int argc, const char *const *argv)
{
	struct dct_target target = {.name = str_of(argv[1])};
	struct dct_session s;
	struct err err = {0};
	int r = dct_session_open(&s, opt, now, argv[0], network_of(opt), &err);

	if (r == 0 && (target.name.n == 0 || !str_is_utf8(target.name)))
		r = err_set(&err, ERR_USAGE, "\"%s\" is no tag", argv[1]);
	if (r == 0)
		r = find_target(&s, argv[2], &target, &err);
	if (r == 0)
		r = stage_target(&s, DCT_CREATE, &target, &err);
	return dct_session_end(&s, r, &err);
}

static int run_remove(const struct trust_options *opt, int64_t now, int argc,
		      const char *const *argv)
{
	const struct dct_target target = {.name = str_of(argv[1])};
	struct dct_session s;
	struct err err = {0};
	int r = dct_session_open(&s, opt, now, argv[0], network_of(opt), &err);

	if (r == 0)
		r = stage_target(&s, DCT_DELETE, &target, &err);
	return dct_session_end(&s, r, &err);
}

/* --- delegations --- */

/* A public key or a certificate, in PEM. */
static int read_key(struct dct_session *s, const char *path, struct dct_key *ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf bytes = STRBUF_INIT(LIMIT_TRUST_KEY_BYTES);
	CLEANUP(public_key_freep) struct public_key *key = NULL;
	struct str text;
	int r = file_read(path, &bytes, err);

	if (r < 0)
		return r;
	text = strbuf_str(&bytes);
	if (str_find(text, STR("BEGIN CERTIFICATE")) < text.n) {
		r = dct_key_of_pem(text, &s->arena, ret, err);
	} else {
		r = public_key_parse(text, &key, err);
		if (r == 0)
			r = dct_key_of(key, &s->arena, ret, err);
	}
	return r < 0 ? err_wrap(err, r, "%s", path) : 0;
}

static int add_paths(struct dct_session *s, struct str_list *ret, struct err *err)
{
	int r = 0;

	if (s->opt->paths.n == 0)
		return dct_list_add(ret, STR(""), &s->arena, err);
	for (size_t i = 0; i < s->opt->paths.n && r == 0; i++)
		r = dct_list_add(ret, str_of(s->opt->paths.p[i]), &s->arena, err);
	return r;
}

static int delegate_add(struct dct_session *s, struct str role, size_t n, const char *const *files,
			struct err *err)
{
	struct dct_key *keys = arena_array(&s->arena, n + 1, sizeof *keys);
	struct dct_change change = {.action = DCT_CREATE,
				    .type = DCT_CHANGE_DELEGATION,
				    .role = role,
				    .threshold = 1,
				    .keys = {keys, n}};
	int r = keys ? 0 : err_nomem(err);

	if (r == 0 && n == 0)
		r = err_set(err, ERR_USAGE,
			    "whose keys? name files with public keys or "
			    "certificates");
	for (size_t i = 0; i < n && r == 0; i++)
		r = read_key(s, files[i], &keys[i], err);
	if (r == 0)
		r = add_paths(s, &change.add_paths, err);
	return r < 0 ? r : stage(s, &change, err);
}

static int delegate_remove(struct dct_session *s, struct str role, size_t n, const char *const *ids,
			   struct err *err)
{
	struct dct_change change = {.action = n || s->opt->paths.n ? DCT_UPDATE : DCT_DELETE,
				    .type = DCT_CHANGE_DELEGATION,
				    .role = role};
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++)
		r = dct_list_add(&change.remove_keys, str_of(ids[i]), &s->arena, err);
	if (r == 0 && s->opt->paths.n)
		r = add_paths(s, &change.remove_paths, err);
	return r < 0 ? r : stage(s, &change, err);
}

static int list_role(struct dct_session *s, struct strbuf *out, const struct dct_targets *parent,
		     const struct dct_role *d, struct err *err)
{
	int r = 0;

	strbuf_addf(out, "%.*s  threshold %lld  paths", STR_FMT(d->name), (long long)d->threshold);
	for (size_t i = 0; i < d->paths.n; i++)
		strbuf_addf(out, " \"%.*s\"", STR_FMT(d->paths.p[i]));
	strbuf_addc(out, '\n');
	for (size_t i = 0; i < d->key_ids.n && r == 0; i++) {
		const struct dct_key *key = dct_key_find(&parent->keys, d->key_ids.p[i]);
		struct dct_key plain;

		if (!key)
			continue;
		r = dct_key_plain(key, &s->arena, &plain, err);
		if (r == 0)
			strbuf_addf(out, "    %.*s  %.*s\n", STR_FMT(plain.id), STR_FMT(key->type));
	}
	return r;
}

static int delegate_list(struct dct_session *s, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(LIMIT_OUTPUT_BYTES);
	CLEANUP(dct_view_freep) struct dct_view *view = NULL;
	struct dct_collection c;
	int r = dct_session_view(s, &view, err);

	if (r < 0)
		return r;
	dct_collection_init(&c, s->place.gun, &s->arena);
	r = dct_collection_load(&c, view, err);
	for (size_t i = 0; i < c.targets.n && r == 0; i++) {
		const struct dct_targets *t = vec_at(&c.targets, i);

		for (size_t k = 0; k < t->delegations.n && r == 0; k++)
			r = list_role(s, &out, t, vec_at(&t->delegations, k), err);
	}
	dct_collection_done(&c);
	if (r == 0)
		r = strbuf_check(&out, err);
	if (r == 0 && command_print(strbuf_str(&out)) != EXIT_DONE)
		r = err_set(err, ERR_IO, "stdout could not be written");
	return r;
}

static int delegate(struct dct_session *s, int argc, const char *const *argv, struct err *err)
{
	bool is_list = strcmp(argv[0], "list") == 0;
	struct str role = argc > 2 ? dct_session_role(s, argv[2]) : STR_NULL;

	if (is_list)
		return delegate_list(s, err);
	if (!dct_role_is_delegation(role))
		return err_set(err, ERR_USAGE,
			       "trust delegate add|remove GUN ROLE: the role is releases, or a "
			       "name of lower-case letters, digits, '-', '_' and '.'");
	if (strcmp(argv[0], "add") == 0)
		return delegate_add(s, role, (size_t)argc - 3, argv + 3, err);
	if (strcmp(argv[0], "remove") == 0)
		return delegate_remove(s, role, (size_t)argc - 3, argv + 3, err);
	return err_set(err, ERR_USAGE, "trust delegate: add, remove or list, not \"%s\"", argv[0]);
}

static int run_delegate(const struct trust_options *opt, int64_t now, int argc,
			const char *const *argv)
{
	bool online = opt->publish || (strcmp(argv[0], "list") == 0 && !opt->offline);
	struct dct_session s;
	struct err err = {0};
	int r = dct_session_open(&s, opt, now, argv[1], online ? DCT_ONLINE : DCT_OFFLINE, &err);

	if (r == 0)
		r = delegate(&s, argc, argv, &err);
	return dct_session_end(&s, r, &err);
}

/* --- keys --- */

static int run_rotate(const struct trust_options *opt, int64_t now, int argc,
		      const char *const *argv)
{
	struct dct_change change;
	struct dct_session s;
	struct err err = {0};
	int r = dct_session_open(&s, opt, now, argv[0], DCT_ONLINE, &err);

	if (r == 0)
		r = dct_publisher_rotate(&s.publisher, str_of(argv[1]), opt->server_managed,
					 &change, &err);
	if (r == 0)
		r = dct_publisher_stage(&s.publisher, &change, now_ns(), &err);
	if (r == 0)
		r = publish(&s, &err);
	return dct_session_end(&s, r, &err);
}

const struct trust_action trust_dct[] = {
	{"init", 1, 1, run_init},     {"add", 3, 3, run_add},
	{"remove", 2, 2, run_remove}, {"delegate", 2, 64, run_delegate},
	{"rotate", 2, 2, run_rotate}, {"publish", 1, 1, run_publish},
	{NULL, 0, 0, NULL},
};
