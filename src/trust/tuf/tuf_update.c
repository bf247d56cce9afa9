/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/tuf/tuf_update.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "trust/tuf/tuf_path.h"
#include "trust/tuf/tuf_state.h"
#include "trust/tuf/tuf_verify.h"

/* ---- what every step needs ---- */

int tuf_state_refuse(struct tuf_update *u, struct err *err, const char *check, const char *fmt, ...)
{
	char line[ERR_MSG_MAX];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(line, sizeof line, fmt, args); /* a cut message is fine */
	va_end(args);
	u->check = check;
	return err_set(err, ERR_DENIED, "%s", line);
}

int tuf_state_fail(struct tuf_update *u, int r, struct err *err, const char *check, struct str role)
{
	u->check = check;
	if (r == -ERR_FORMAT || r == -ERR_UNSUPPORTED || r == -ERR_LIMIT) {
		r = -ERR_DENIED;
		if (err)
			err->code = ERR_DENIED;
	}
	return role.n ? err_wrap(err, r, "%.*s", STR_FMT(str_sub(role, 0, 80))) : r;
}

int tuf_state_fetch(struct tuf_update *u, struct str role, struct str name, uint64_t max,
		    struct strbuf *out, struct err *err)
{
	struct str shown = str_sub(role, 0, 80);
	int r;

	if (max > LIMIT_TUF_METADATA_BYTES)
		max = LIMIT_TUF_METADATA_BYTES;
	u->check = "source";
	out->max = max;
	r = u->o.source->fetch(u->o.source->ctx, name.p, max, out, err);
	if (r == 0)
		r = strbuf_check(out, err);
	if (r == -ERR_LIMIT)
		return tuf_state_fail(u, r, err, "digest", role);
	return r < 0 ? err_wrap(err, r, "%.*s", STR_FMT(shown)) : 0;
}

int tuf_state_parse(struct tuf_update *u, enum tuf_type type, struct str role, struct str bytes,
		    struct tuf_metadata **ret, struct err *err)
{
	CLEANUP(tuf_metadata_freep) struct tuf_metadata *m = NULL;
	int r = tuf_metadata_parse(u->o.dialect, bytes, &m, err);

	if (r < 0)
		return tuf_state_fail(u, r, err, "format", role);
	if (m->type != type)
		return tuf_state_refuse(u, err, "format", "%.*s: the file is a %s, not a %s",
					STR_FMT(str_sub(role, 0, 80)), tuf_type_name(m->type),
					tuf_type_name(type));
	*ret = TAKE(m);
	return 0;
}

static int verify(struct tuf_update *u, const struct tuf_metadata *of,
		  const struct tuf_signers *signers, const struct tuf_metadata *m, struct str role,
		  struct err *err)
{
	int r = tuf_verify(of, signers, m, str_sub(role, 0, 80), err);

	return r < 0 ? tuf_state_fail(u, r, err, "signature", STR_NULL) : 0;
}

int tuf_state_load(struct tuf_update *u, enum tuf_type type, struct str role,
		   const struct tuf_metadata *of, const struct tuf_signers *signers,
		   struct tuf_metadata **ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf bytes = STRBUF_INIT(LIMIT_TUF_METADATA_BYTES);
	CLEANUP(tuf_metadata_freep) struct tuf_metadata *m = NULL;
	struct err why = {0};
	int r = u->o.store->load(u->o.store->ctx, role, &bytes, &why);

	u->check = "store";
	if (r == -ERR_NOT_FOUND)
		return 0;
	if (r < 0)
		return err_set(err, why.code, "%s", why.msg);
	r = tuf_state_parse(u, type, role, strbuf_str(&bytes), &m, &why);
	if (r == 0)
		r = verify(u, of, signers, m, role, &why);
	if (r == -ERR_NOMEM)
		return err_nomem(err);
	if (r == 0)
		*ret = TAKE(m);
	else
		log_debug("tuf: the store's copy is not used: %s", why.msg);
	return 0;
}

int tuf_state_save(struct tuf_update *u, struct str role, const struct tuf_metadata *m,
		   struct err *err)
{
	u->check = "store";
	return u->o.store->save(u->o.store->ctx, role, m->bytes, err);
}

int tuf_state_check_expiry(struct tuf_update *u, struct str role, const struct tuf_metadata *m,
			   struct err *err)
{
	char when[CLOCK_TEXT_MAX], now[CLOCK_TEXT_MAX];

	if (m->expires > u->o.now)
		return 0;
	if (!clock_format(m->expires, when) || !clock_format(u->o.now, now))
		return tuf_state_refuse(u, err, "expiry", "%.*s has expired",
					STR_FMT(str_sub(role, 0, 80)));
	return tuf_state_refuse(u, err, "expiry", "%.*s expired on %s; it is %s now",
				STR_FMT(str_sub(role, 0, 80)), when, now);
}

static const struct digest_value *name_hash(const struct tuf_file *f)
{
	return f->n_hashes ? &f->hashes[0] : NULL;
}

int tuf_state_name(const struct tuf_update *u, struct str role, const struct tuf_file *f,
		   struct strbuf *out, struct err *err)
{
	const struct digest_value *hash = name_hash(f);
	char text[DIGEST_TEXT_MAX];
	struct str algorithm, hex;

	if (u->o.dialect == TUF_MODERN) {
		if (u->trusted[TUF_ROOT]->consistent_snapshot)
			strbuf_addf(out, "%" PRId64 ".", f->version);
		tuf_quote(role, false, out);
	} else {
		tuf_quote(role, true, out);
		if (hash && str_cut(digest_format(hash, text), ':', &algorithm, &hex))
			strbuf_addf(out, ".%.*s", STR_FMT(hex));
	}
	strbuf_adds(out, ".json");
	(void)strbuf_cstr(out); /* puts the NUL; strbuf_check tells when it could not */
	return strbuf_check(out, err);
}

static const char *remedy_of(const char *check)
{
	static const struct {
		const char *check, *remedy;
	} remedies[] = {
		{"signature", "ask the publisher whether keys were changed; take nothing from this "
			      "source until then"},
		{"version",
		 "the source answers with older metadata than before; ask another mirror, "
		 "or its operator"},
		{"digest", "the source's files do not fit together; try again later or ask another "
			   "mirror"},
		{"expiry",
		 "check this machine's clock; if it is right, the publisher has not renewed "
		 "the metadata, or someone keeps newer ones back"},
		{"format", "the source serves no metadata that can be read; check its address"},
		{"root", "compare the repository's root of trust with what its publisher says"},
		{"delegation", "ask the publisher which role may speak for this target"},
		{"source", "check the address and the network"},
		{"store", "check the folder of trusted metadata"},
	};

	for (size_t i = 0; i < ARRAY_LEN(remedies); i++)
		if (strcmp(check, remedies[i].check) == 0)
			return remedies[i].remedy;
	return "ask the publisher";
}

int tuf_state_end(struct tuf_update *u, int r, struct err *err)
{
	struct err none = {.code = ERR_BUG, .msg = "no reason given"};
	const char *check = u->check ? u->check : "source";

	return r < 0 ? trail_take(u->o.trail, err ? err : &none, r, check, remedy_of(check), NULL)
		     : r;
}

static void trust(struct tuf_update *u, struct tuf_metadata **m)
{
	enum tuf_type type = (*m)->type;
	uint64_t threshold = u->trusted[TUF_ROOT] ? u->trusted[TUF_ROOT]->roles[type].threshold
						  : (*m)->roles[type].threshold;

	tuf_metadata_free(u->trusted[type]);
	u->trusted[type] = TAKE(*m);
	trail_pass(u->o.trail, "signature", "%s, version %" PRId64 ", by %" PRIu64 " of its keys",
		   tuf_type_name(type), u->trusted[type]->version, threshold);
}

/* ---- the chain of roots ---- */

static bool has_key(const struct tuf_metadata *root, const struct tuf_signers *signers,
		    const struct tuf_key *key)
{
	for (size_t i = 0; i < signers->keyids.n; i++) {
		const struct tuf_key *k = tuf_metadata_key(root, signers->keyids.p[i]);

		if (k && str_eq(k->keytype, key->keytype) && str_eq(k->public, key->public))
			return true;
	}
	return false;
}

/* Whether the new root takes a key away from the role. */
static bool is_rotated(const struct tuf_metadata *old, const struct tuf_metadata *fresh,
		       enum tuf_type role)
{
	const struct tuf_signers *signers = &old->roles[role];

	for (size_t i = 0; i < signers->keyids.n; i++) {
		const struct tuf_key *k = tuf_metadata_key(old, signers->keyids.p[i]);

		if (k && !has_key(fresh, &fresh->roles[role], k))
			return true;
	}
	return false;
}

/*
 * Section 5.3.11, recovery from a fast-forward. Here and not behind the whole chain, so that an
 * update that is cut off does not keep what the new root wants forgotten.
 */
static int forget_rotated(struct tuf_update *u, const struct tuf_metadata *fresh, struct err *err)
{
	const struct tuf_metadata *old = u->trusted[TUF_ROOT];
	int r;

	if (!old ||
	    (!is_rotated(old, fresh, TUF_TIMESTAMP) && !is_rotated(old, fresh, TUF_SNAPSHOT)))
		return 0;
	u->check = "store";
	r = u->o.store->drop(u->o.store->ctx, STR("snapshot"), err);
	return r < 0 ? r : u->o.store->drop(u->o.store->ctx, STR("timestamp"), err);
}

static int check_root(struct tuf_update *u, const struct tuf_metadata *fresh, struct err *err)
{
	int r = 0;

	if (u->o.check_root)
		r = u->o.check_root(u->o.check_root_ctx, u->trusted[TUF_ROOT], fresh, err);
	else if (!u->trusted[TUF_ROOT])
		return tuf_state_refuse(u, err, "root", "no root is trusted yet");
	return r < 0 ? tuf_state_fail(u, r, err, "root", STR_NULL) : 0;
}

static int accept_root(struct tuf_update *u, struct tuf_metadata **m, struct err *err)
{
	const struct tuf_metadata *old = u->trusted[TUF_ROOT];
	int r = 0;

	if (old) {
		r = verify(u, old, &old->roles[TUF_ROOT], *m, STR("root"), err);
		if (r < 0)
			return err_wrap(err, r, "by the keys of the root before");
		if ((*m)->version == INT64_MAX || (*m)->version != old->version + 1)
			return tuf_state_refuse(u, err, "version",
						"root: version %" PRId64 " follows version %" PRId64
						", which must be followed by the next one",
						(*m)->version, old->version);
	}
	r = verify(u, *m, &(*m)->roles[TUF_ROOT], *m, STR("root"), err);
	if (r == 0)
		r = check_root(u, *m, err);
	if (r == 0)
		r = forget_rotated(u, *m, err);
	if (r == 0)
		r = tuf_state_save(u, STR("root"), *m, err);
	if (r == 0)
		trust(u, m);
	return r;
}

static int fetch_root(struct tuf_update *u, int64_t version, struct tuf_metadata **ret,
		      struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf bytes = STRBUF_INIT(LIMIT_TUF_ROOT_BYTES);
	char name[40];
	int r;

	if (version > 0)
		(void)snprintf(name, sizeof name, "%" PRId64 ".root.json", version); /* fits */
	else
		(void)snprintf(name, sizeof name, "root.json");
	r = tuf_state_fetch(u, STR("root"), str_of(name), LIMIT_TUF_ROOT_BYTES, &bytes, err);
	return r < 0 ? r : tuf_state_parse(u, TUF_ROOT, STR("root"), strbuf_str(&bytes), ret, err);
}

static int64_t root_version(const struct tuf_update *u)
{
	return u->trusted[TUF_ROOT] ? u->trusted[TUF_ROOT]->version : 0;
}

/* From version N on, as long as there is a next one, or up to `last`. */
static int walk_roots(struct tuf_update *u, int64_t last, struct err *err)
{
	for (int i = 0; i < LIMIT_TUF_ROOTS && root_version(u) < last; i++) {
		CLEANUP(tuf_metadata_freep) struct tuf_metadata *m = NULL;
		struct err why = {0};
		int r = fetch_root(u, root_version(u) + 1, &m, &why);

		if (r == -ERR_NOT_FOUND && last == INT64_MAX)
			return 0;
		if (r == 0)
			r = accept_root(u, &m, &why);
		if (r < 0)
			return err_set(err, why.code, "%s", why.msg);
	}
	if (root_version(u) < last && last != INT64_MAX)
		return tuf_state_refuse(u, err, "version", "more roots than tuf_roots (%d) at once",
					LIMIT_TUF_ROOTS);
	return 0;
}

/* Notary says only which root is the newest. */
static int update_notary_root(struct tuf_update *u, struct err *err)
{
	CLEANUP(tuf_metadata_freep) struct tuf_metadata *newest = NULL;
	int r = fetch_root(u, 0, &newest, err);

	if (r < 0)
		return r;
	if (newest->version < root_version(u))
		return tuf_state_refuse(u, err, "version",
					"root: version %" PRId64 " was served, version %" PRId64
					" was seen before",
					newest->version, root_version(u));
	if (!u->trusted[TUF_ROOT])
		return accept_root(u, &newest, err);
	if (newest->version == root_version(u))
		return 0;
	r = walk_roots(u, newest->version - 1, err);
	return r < 0 ? r : accept_root(u, &newest, err);
}

static int update_root(struct tuf_update *u, struct err *err)
{
	int r = 0;

	if (u->o.source)
		r = u->o.dialect == TUF_MODERN ? walk_roots(u, INT64_MAX, err)
					       : update_notary_root(u, err);
	if (r == 0 && !u->trusted[TUF_ROOT])
		r = tuf_state_refuse(u, err, "root", "no root is trusted yet");
	return r < 0 ? r : tuf_state_check_expiry(u, STR("root"), u->trusted[TUF_ROOT], err);
}

/* ---- timestamp ---- */

static const struct tuf_signers *signers_of(const struct tuf_update *u, enum tuf_type type)
{
	return &u->trusted[TUF_ROOT]->roles[type];
}

static int refuse_older(struct tuf_update *u, struct err *err, struct str role, int64_t served,
			int64_t seen)
{
	return tuf_state_refuse(u, err, "version",
				"%.*s: version %" PRId64 " was served, version %" PRId64
				" was seen before",
				STR_FMT(str_sub(role, 0, 80)), served, seen);
}

static int check_timestamp(struct tuf_update *u, const struct tuf_metadata *old,
			   const struct tuf_metadata *fresh, struct err *err)
{
	const struct tuf_file *before = tuf_metadata_file(old, STR("snapshot"));
	const struct tuf_file *after = tuf_metadata_file(fresh, STR("snapshot"));

	if (fresh->version < old->version)
		return refuse_older(u, err, STR("timestamp"), fresh->version, old->version);
	if (after->version < before->version)
		return refuse_older(u, err, STR("snapshot"), after->version, before->version);
	return 0;
}

static int fetch_timestamp(struct tuf_update *u, struct tuf_metadata **ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf bytes = STRBUF_INIT(LIMIT_TUF_TIMESTAMP_BYTES);
	CLEANUP(tuf_metadata_freep) struct tuf_metadata *m = NULL;
	int r = tuf_state_fetch(u, STR("timestamp"), STR("timestamp.json"),
				LIMIT_TUF_TIMESTAMP_BYTES, &bytes, err);

	if (r == 0)
		r = tuf_state_parse(u, TUF_TIMESTAMP, STR("timestamp"), strbuf_str(&bytes), &m,
				    err);
	if (r == 0)
		r = verify(u, u->trusted[TUF_ROOT], signers_of(u, TUF_TIMESTAMP), m,
			   STR("timestamp"), err);
	if (r == 0)
		*ret = TAKE(m);
	return r;
}

/* One of the version that is trusted already says nothing new, whatever stands in it. */
static int update_timestamp(struct tuf_update *u, struct err *err)
{
	CLEANUP(tuf_metadata_freep) struct tuf_metadata *old = NULL;
	CLEANUP(tuf_metadata_freep) struct tuf_metadata *fresh = NULL;
	int r = tuf_state_load(u, TUF_TIMESTAMP, STR("timestamp"), u->trusted[TUF_ROOT],
			       signers_of(u, TUF_TIMESTAMP), &old, err);

	if (r == 0 && u->o.source)
		r = fetch_timestamp(u, &fresh, err);
	if (r < 0)
		return r;
	if (old && fresh && fresh->version == old->version)
		tuf_metadata_freep(&fresh);
	if (!old && !fresh) {
		u->check = "store";
		return err_set(err, ERR_NOT_FOUND,
			       "timestamp: none is stored, and no source given");
	}
	if (old && fresh)
		r = check_timestamp(u, old, fresh, err);
	if (r == 0)
		r = tuf_state_check_expiry(u, STR("timestamp"), fresh ? fresh : old, err);
	if (r == 0 && fresh)
		r = tuf_state_save(u, STR("timestamp"), fresh, err);
	if (r == 0)
		trust(u, fresh ? &fresh : &old);
	return r;
}

/* ---- snapshot ---- */

static bool is_file(const struct tuf_file *f, const struct tuf_metadata *m)
{
	return (m->dialect == TUF_NOTARY || m->version == f->version) &&
	       tuf_file_check(f, m->bytes, NULL) == 0;
}

static int check_version(struct tuf_update *u, struct str role, const struct tuf_file *f,
			 const struct tuf_metadata *m, struct err *err)
{
	if (m->dialect == TUF_NOTARY || m->version == f->version)
		return 0;
	return tuf_state_refuse(u, err, "version",
				"%.*s: version %" PRId64 " was served, version %" PRId64
				" was signed for",
				STR_FMT(str_sub(role, 0, 80)), m->version, f->version);
}

/* No file may leave a snapshot, or go back in it; both lists are sorted. */
static int check_listed(struct tuf_update *u, const struct tuf_metadata *old,
			const struct tuf_metadata *fresh, struct err *err)
{
	if (fresh->version < old->version)
		return refuse_older(u, err, STR("snapshot"), fresh->version, old->version);
	if (u->o.dialect == TUF_NOTARY)
		return 0; /* no versions here, and delegations may be removed */
	for (size_t i = 0; i < old->n_files; i++) {
		const struct tuf_file *before = &old->files[i];
		const struct tuf_file *after = tuf_metadata_file(fresh, before->name);

		if (!after)
			return tuf_state_refuse(u, err, "version",
						"snapshot: %.*s was listed before, and is not now",
						STR_FMT(str_sub(before->name, 0, 80)));
		if (after->version < before->version)
			return refuse_older(u, err, before->name, after->version, before->version);
	}
	return 0;
}

/* The file that another one signed for: its bytes, its type, its signatures, its version. */
static int fetch_listed(struct tuf_update *u, enum tuf_type type, struct str role,
			const struct tuf_file *f, const struct tuf_metadata *of,
			const struct tuf_signers *signers, struct tuf_metadata **ret,
			struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf bytes = STRBUF_INIT(LIMIT_TUF_METADATA_BYTES);
	CLEANUP(strbuf_done) struct strbuf name = STRBUF_INIT(LIMIT_HTTP_URL_BYTES);
	CLEANUP(tuf_metadata_freep) struct tuf_metadata *m = NULL;
	int r = tuf_state_name(u, role, f, &name, err);

	if (r < 0)
		return tuf_state_fail(u, r, err, "format", role);
	r = tuf_state_fetch(u, role, strbuf_str(&name),
			    f->has_length ? f->length : LIMIT_TUF_METADATA_BYTES, &bytes, err);
	if (r < 0)
		return r;
	r = tuf_file_check(f, strbuf_str(&bytes), err);
	if (r < 0)
		return tuf_state_fail(u, r, err, "digest", role);
	r = tuf_state_parse(u, type, role, strbuf_str(&bytes), &m, err);
	if (r == 0)
		r = verify(u, of, signers, m, role, err);
	if (r == 0)
		r = check_version(u, role, f, m, err);
	if (r == 0)
		*ret = TAKE(m);
	return r;
}

static int no_source(struct tuf_update *u, struct err *err, struct str role)
{
	u->check = "store";
	return err_set(err, ERR_NOT_FOUND,
		       "%.*s: what is stored is not what was signed for, and no source is given",
		       STR_FMT(str_sub(role, 0, 80)));
}

static int new_snapshot(struct tuf_update *u, const struct tuf_file *f,
			const struct tuf_metadata *old, struct tuf_metadata **ret, struct err *err)
{
	CLEANUP(tuf_metadata_freep) struct tuf_metadata *m = NULL;
	int r;

	if (!u->o.source)
		return no_source(u, err, STR("snapshot"));
	r = fetch_listed(u, TUF_SNAPSHOT, STR("snapshot"), f, u->trusted[TUF_ROOT],
			 signers_of(u, TUF_SNAPSHOT), &m, err);
	if (r == 0 && old)
		r = check_listed(u, old, m, err);
	if (r == 0)
		r = tuf_state_check_expiry(u, STR("snapshot"), m, err);
	if (r == 0)
		r = tuf_state_save(u, STR("snapshot"), m, err);
	if (r == 0)
		*ret = TAKE(m);
	return r;
}

/* Notary's snapshot signs for the root too: a mix of two states is seen here. */
static int check_root_listed(struct tuf_update *u, struct err *err)
{
	const struct tuf_file *f = tuf_metadata_file(u->trusted[TUF_SNAPSHOT], STR("root"));
	int r;

	if (u->o.dialect == TUF_MODERN)
		return 0;
	r = tuf_file_check(f, u->trusted[TUF_ROOT]->bytes, err);
	return r < 0 ? tuf_state_fail(u, r, err, "digest", STR("root")) : 0;
}

static int update_snapshot(struct tuf_update *u, struct err *err)
{
	const struct tuf_file *f = tuf_metadata_file(u->trusted[TUF_TIMESTAMP], STR("snapshot"));
	CLEANUP(tuf_metadata_freep) struct tuf_metadata *old = NULL;
	CLEANUP(tuf_metadata_freep) struct tuf_metadata *fresh = NULL;
	int r = tuf_state_load(u, TUF_SNAPSHOT, STR("snapshot"), u->trusted[TUF_ROOT],
			       signers_of(u, TUF_SNAPSHOT), &old, err);

	if (r < 0)
		return r;
	if (old && is_file(f, old))
		r = tuf_state_check_expiry(u, STR("snapshot"), old, err);
	else
		r = new_snapshot(u, f, old, &fresh, err);
	if (r < 0)
		return r;
	trust(u, fresh ? &fresh : &old);
	return check_root_listed(u, err);
}

/* ---- targets ---- */

static int check_older_targets(struct tuf_update *u, struct str role,
			       const struct tuf_metadata *old, const struct tuf_metadata *fresh,
			       struct err *err)
{
	if (u->o.dialect == TUF_NOTARY && old && fresh->version < old->version)
		return refuse_older(u, err, role, fresh->version, old->version);
	return 0;
}

static int read_targets(struct tuf_update *u, struct str role, const struct tuf_file *f,
			const struct tuf_metadata *of, const struct tuf_signers *signers,
			struct tuf_metadata **ret, struct err *err)
{
	CLEANUP(tuf_metadata_freep) struct tuf_metadata *old = NULL;
	CLEANUP(tuf_metadata_freep) struct tuf_metadata *fresh = NULL;
	bool is_stored;
	int r = tuf_state_load(u, TUF_TARGETS, role, of, signers, &old, err);

	if (r < 0)
		return r;
	is_stored = old && is_file(f, old);
	if (!is_stored && !u->o.source)
		return no_source(u, err, role);
	if (!is_stored)
		r = fetch_listed(u, TUF_TARGETS, role, f, of, signers, &fresh, err);
	if (r == 0 && fresh)
		r = check_older_targets(u, role, old, fresh, err);
	if (r == 0)
		r = tuf_state_check_expiry(u, role, fresh ? fresh : old, err);
	if (r == 0 && fresh)
		r = tuf_state_save(u, role, fresh, err);
	if (r == 0)
		*ret = fresh ? TAKE(fresh) : TAKE(old);
	return r;
}

static struct tuf_metadata *find_loaded(const struct tuf_update *u, struct str role)
{
	for (size_t i = 0; i < u->loaded.n; i++) {
		const struct tuf_loaded *l = vec_at(&u->loaded, i);

		if (str_eq(l->name, role))
			return l->m;
	}
	return NULL;
}

static int keep(struct tuf_update *u, struct str role, struct tuf_metadata **m, struct err *err)
{
	struct tuf_loaded *l = vec_push(&u->loaded);

	if (!l)
		return err_set(err, ERR_LIMIT, "more roles than tuf_visits (%d) times %d",
			       LIMIT_TUF_VISITS, LIMIT_TUF_VISITS);
	l->name = arena_str(&u->arena, role);
	l->m = TAKE(*m);
	return arena_check(&u->arena, err);
}

int tuf_state_targets(struct tuf_update *u, struct str role, const struct tuf_metadata *of,
		      const struct tuf_signers *signers, const struct tuf_metadata **ret,
		      struct err *err)
{
	const struct tuf_file *f = tuf_metadata_file(u->trusted[TUF_SNAPSHOT], role);
	CLEANUP(tuf_metadata_freep) struct tuf_metadata *m = NULL;
	const struct tuf_metadata *loaded = find_loaded(u, role);
	int r;

	if (!f) {
		u->check = "delegation";
		return err_set(err, ERR_NOT_FOUND, "%.*s: the snapshot does not list it",
			       STR_FMT(str_sub(role, 0, 80)));
	}
	if (loaded) { /* on the word of another role, perhaps */
		*ret = loaded;
		return verify(u, of, signers, loaded, role, err);
	}
	r = read_targets(u, role, f, of, signers, &m, err);
	if (r < 0)
		return r;
	*ret = m;
	trail_pass(u->o.trail, "signature", "%.*s, version %" PRId64 ", by %" PRIu64 " of its keys",
		   STR_FMT(str_sub(role, 0, 80)), m->version, signers->threshold);
	return keep(u, role, &m, err);
}

static int update_targets(struct tuf_update *u, struct err *err)
{
	const struct tuf_file *f = tuf_metadata_file(u->trusted[TUF_SNAPSHOT], STR("targets"));
	CLEANUP(tuf_metadata_freep) struct tuf_metadata *m = NULL;
	int r;

	if (!f)
		return tuf_state_refuse(u, err, "delegation", "the snapshot does not list targets");
	r = read_targets(u, STR("targets"), f, u->trusted[TUF_ROOT], signers_of(u, TUF_TARGETS), &m,
			 err);
	if (r == 0)
		trust(u, &m);
	return r;
}

/* ---- the whole ---- */

/* The trusted root is believed as it is; but one that does not even hold by itself is a mistake. */
static int load_root(struct tuf_update *u, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf bytes = STRBUF_INIT(LIMIT_TUF_METADATA_BYTES);
	CLEANUP(tuf_metadata_freep) struct tuf_metadata *m = NULL;
	int r = u->o.store->load(u->o.store->ctx, STR("root"), &bytes, err);

	u->check = "store";
	if (r == -ERR_NOT_FOUND && u->o.check_root)
		return 0;
	if (r < 0)
		return err_wrap(err, r, "the trusted root");
	r = tuf_state_parse(u, TUF_ROOT, STR("the trusted root"), strbuf_str(&bytes), &m, err);
	if (r == 0)
		r = verify(u, m, &m->roles[TUF_ROOT], m, STR("the trusted root"), err);
	if (r == 0)
		trust(u, &m);
	return r;
}

int tuf_update_new(const struct tuf_update_options *o, struct tuf_update **ret, struct err *err)
{
	CLEANUP(tuf_update_freep) struct tuf_update *u = calloc(1, sizeof *u);
	const struct vec loaded = VEC_INIT(struct tuf_loaded, LIMIT_TUF_VISITS * LIMIT_TUF_VISITS);
	int r;

	if (!u)
		return err_nomem(err);
	u->o = *o;
	u->loaded = loaded;
	arena_init(&u->arena, LIMIT_TUF_MEMORY);
	r = load_root(u, err);
	if (r < 0)
		return tuf_state_end(u, r, err);
	*ret = TAKE(u);
	return 0;
}

void tuf_update_free(struct tuf_update *u)
{
	if (!u)
		return;
	for (int i = 0; i < TUF_TYPES; i++)
		tuf_metadata_free(u->trusted[i]);
	for (size_t i = 0; i < u->loaded.n; i++)
		tuf_metadata_free(((struct tuf_loaded *)vec_at(&u->loaded, i))->m);
	vec_done(&u->loaded);
	arena_done(&u->arena);
	free(u);
}

void tuf_update_freep(struct tuf_update **u)
{
	tuf_update_free(*u);
	*u = NULL;
}

const struct tuf_metadata *tuf_update_trusted(const struct tuf_update *u, enum tuf_type type)
{
	return u->trusted[type];
}

const char *tuf_update_check(const struct tuf_update *u)
{
	return u->check;
}

int tuf_update_refresh(struct tuf_update *u, struct err *err)
{
	int r = update_root(u, err);

	if (r == 0)
		r = update_timestamp(u, err);
	if (r == 0)
		r = update_snapshot(u, err);
	if (r == 0)
		r = update_targets(u, err);
	return tuf_state_end(u, r, err);
}
