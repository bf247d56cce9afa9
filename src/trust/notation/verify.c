/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/notation/verify.h"

#include "base/clock.h"
#include "codec/json.h"
#include "crypto/timestamp.h"
#include "trust/notation/certificates.h"
#include "trust/notation/identity.h"

#define SIGN_AGAIN  "ask the publisher to sign it again"
#define OTHER_IMAGE "take the signature that belongs to this artifact"

/* One verification. */
struct run {
	const struct notation_wants *wants;
	struct trail *trail;
	struct notation_envelope envelope;
	struct notation_payload payload;
	bool is_authentic, has_time;
	int64_t proved_time; /* of a time stamp or the authority; 0: none */
	struct err *err;
};

static void run_done(struct run *run)
{
	notation_envelope_done(&run->envelope);
}

/*
 * What a check gave, by what the policy makes of it. What is logged is told and passed over; not
 * so a lack of memory, which is no answer.
 */
static int settle(struct run *run, enum notation_check check, int r, const char *name,
		  const char *remedy)
{
	if (r == 0)
		return 0;
	if (run->wants->statement->actions[check] == NOTATION_ENFORCE || r == -ERR_NOMEM)
		return trail_take(run->trail, run->err, r, name, remedy, NULL);
	trail_pass(run->trail, name, "not enforced by the policy, though %s", run->err->msg);
	return 1;
}

static const struct certificate *signer(const struct run *run)
{
	return run->envelope.chain.p[0];
}

/* ---- integrity ---- */

static bool is_thumbprint(const struct json *item, const struct certificate *cert)
{
	struct digest_value v;
	char text[DIGEST_TEXT_MAX];

	return certificate_digest(cert, DIGEST_SHA256, &v, NULL) == 0 &&
	       str_eq_nocase(json_str(item), str_skip(digest_format(&v, text), 7));
}

/* The manifest's list of fingerprints, by which clients choose signatures. */
static int check_thumbprints(const struct run *run)
{
	const struct certificate_list *chain = &run->envelope.chain;
	CLEANUP(json_freep) struct json *doc = NULL;
	int r;

	if (!run->wants->thumbprints.n)
		return 0;
	if ((r = json_parse(run->wants->thumbprints, &doc, run->err)) < 0)
		return err_wrap(run->err, r, "annotation " NOTATION_THUMBPRINTS);
	if (json_kind_of(doc) != JSON_KIND_LIST || json_len(doc) != chain->n)
		return err_set(run->err, ERR_DENIED,
			       "the manifest lists other certificates than the envelope has");
	for (size_t i = 0; i < chain->n; i++)
		if (!is_thumbprint(json_at(doc, i), chain->p[i]))
			return err_set(
				run->err, ERR_DENIED,
				"the manifest lists other certificates than the envelope has");
	return 0;
}

static int check_envelope(struct run *run, enum notation_form form, struct str bytes)
{
	struct notation_envelope *e = &run->envelope;
	int r = notation_envelope_parse(form, bytes, run->trail->arena, e, run->err);

	if (r < 0)
		return trail_take(run->trail, run->err, r, "format", SIGN_AGAIN, NULL);
	if ((r = notation_chain_check(&e->chain, NOTATION_USE_CODE, e->signing_time, run->err)) <
		    0 ||
	    (r = check_thumbprints(run)) < 0)
		return trail_take(run->trail, run->err, r, "certificate",
				  "ask the publisher to sign with a certificate for code signing",
				  NULL);
	trail_pass(run->trail, "certificate", "a chain of %zu from \"%.*s\"", e->chain.n,
		   STR_FMT(certificate_subject(signer(run))));
	if ((r = notation_envelope_verify(e, run->err)) < 0)
		return trail_take(run->trail, run->err, r, "signature", SIGN_AGAIN, NULL);
	trail_pass(run->trail, "signature", "%s, by the key of that certificate",
		   signature_scheme_name(e->algorithm));
	return 0;
}

static int check_payload(struct run *run)
{
	const struct notation_target *target = &run->wants->target;
	int r = notation_payload_parse(run->envelope.payload, run->trail->arena, &run->payload,
				       run->err);

	if (r < 0)
		return trail_take(run->trail, run->err, r, "payload", SIGN_AGAIN, NULL);
	r = notation_payload_check(&run->payload, target, notation_digest(run->envelope.algorithm),
				   run->err);
	if (r < 0)
		return trail_take(run->trail, run->err, r, "payload", OTHER_IMAGE, NULL);
	trail_pass(run->trail, "payload", "it is of %.*s", STR_FMT(run->payload.digest));
	if ((r = notation_payload_check_metadata(&run->payload, target, run->err)) < 0)
		return trail_take(run->trail, run->err, r, "metadata", OTHER_IMAGE, NULL);
	if (target->n_metadata)
		trail_pass(run->trail, "metadata", "all %zu values that were asked for",
			   target->n_metadata);
	return 0;
}

static int check_plugin(struct run *run)
{
	if (!run->envelope.plugin.n)
		return 0;
	return trail_refuse(run->trail, run->err, "plugin",
			    "verify it with the notation tool and that plugin",
			    "it needs the verification plugin \"%.*s\", and Plimsoll runs no "
			    "plugins",
			    STR_FMT(run->envelope.plugin));
}

/* ---- authenticity ---- */

static bool is_in(const struct certificate *cert, const struct notation_store *store)
{
	for (size_t i = 0; i < store->certificates.n; i++)
		if (certificate_same(cert, store->certificates.p[i]))
			return true;
	return false;
}

static bool vouches(const struct run *run, const struct notation_store *store)
{
	const struct certificate_list *chain = &run->envelope.chain;

	for (size_t i = chain->n; i-- > 0;)
		if (is_in(chain->p[i], store))
			return true;
	return false;
}

static int find_voucher(const struct run *run, struct str *ret)
{
	const struct notation_statement *s = run->wants->statement;
	enum notation_store_type type = run->envelope.scheme == NOTATION_SCHEME_AUTHORITY
						? NOTATION_STORE_AUTHORITY
						: NOTATION_STORE_CA;
	size_t n_seen = 0;

	for (size_t i = 0; i < s->n_stores; i++) {
		const struct notation_store *store;

		if (s->stores[i].type != type)
			continue;
		n_seen++;
		store = notation_trust_store_find(run->wants->stores, &s->stores[i]);
		if (!store)
			return err_set(run->err, ERR_DENIED, "the trust store %s:%.*s is not there",
				       notation_store_type_name(type), STR_FMT(s->stores[i].name));
		if (vouches(run, store)) {
			*ret = store->name;
			return 0;
		}
	}
	if (n_seen == 0)
		return err_set(run->err, ERR_DENIED,
			       "the policy names no trust store of the type %s",
			       notation_store_type_name(type));
	return err_set(run->err, ERR_DENIED,
		       "no certificate of its chain is in the trust stores of the policy \"%.*s\"",
		       STR_FMT(s->name));
}

static int check_identity(const struct run *run)
{
	const struct notation_statement *s = run->wants->statement;
	struct certificate_attribute *subject;
	size_t n;
	int r;

	if (s->n_identities == 0)
		return 0;
	r = certificate_subject_parts(signer(run), run->trail->arena, &subject, &n, run->err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < s->n_identities; i++)
		if (notation_identity_matches(&s->identities[i], subject, n))
			return 0;
	return err_set(run->err, ERR_DENIED,
		       "the signer \"%.*s\" is none of those that the policy \"%.*s\" trusts",
		       STR_FMT(certificate_subject(signer(run))), STR_FMT(s->name));
}

static int check_authenticity(struct run *run)
{
	struct str store = {0};
	int r = find_voucher(run, &store);

	r = settle(run, NOTATION_AUTHENTICITY, r, "certificate",
		   "put the root of the publisher into the trust store, if you trust it");
	if (r != 0)
		return r;
	trail_pass(run->trail, "certificate", "trusted by the store \"%.*s\"", STR_FMT(store));
	r = settle(run, NOTATION_AUTHENTICITY, check_identity(run), "identity",
		   "add the subject to trustedIdentities of the policy, if you trust it");
	if (r != 0)
		return r;
	trail_pass(run->trail, "identity", "the signer \"%.*s\" is trusted",
		   STR_FMT(certificate_subject(signer(run))));
	run->is_authentic = true;
	return 0;
}

/* ---- expiry ---- */

static int check_expiry(struct run *run)
{
	int64_t expiry = run->envelope.expiry;
	char text[CLOCK_TEXT_MAX] = "?";
	int r = 0;

	if (!expiry)
		return 0;
	(void)clock_format(expiry, text); /* a time beyond the year 9999 stays "?" */
	if (run->wants->now >= expiry)
		r = err_set(run->err, ERR_DENIED, "the signature expired on %s", text);
	r = settle(run, NOTATION_EXPIRY, r, "expiry", SIGN_AGAIN);
	if (r == 0)
		trail_pass(run->trail, "expiry", "not before %s", text);
	return r;
}

/* ---- revocation ---- */

static int check_revoked(struct run *run, const struct certificate_list *chain, size_t i,
			 int64_t signed_at)
{
	static const struct revocation_source nothing;
	const struct revocation_source *source =
		run->wants->revocation ? run->wants->revocation : &nothing;
	const struct certificate *issuer = chain->p[i + 1 < chain->n ? i + 1 : i];
	struct revocation_answer answer;
	int r = revocation_check(chain->p[i], issuer, source, run->wants->now, signed_at,
				 run->trail->arena, &answer, run->err);

	if (r < 0)
		return r;
	switch (answer.status) {
	case REVOCATION_GOOD:
	case REVOCATION_NONE:
		return 0;
	case REVOCATION_REVOKED:
		return err_set(run->err, ERR_DENIED,
			       "the certificate \"%.*s\" was revoked, says %.*s: %.*s",
			       STR_FMT(certificate_subject(chain->p[i])), STR_FMT(answer.by),
			       STR_FMT(answer.why));
	case REVOCATION_UNKNOWN:
		break;
	}
	return err_set(run->err, ERR_NOT_FOUND,
		       "whether the certificate \"%.*s\" was revoked is not known: %.*s",
		       STR_FMT(certificate_subject(chain->p[i])), STR_FMT(answer.why));
}

/* From the root down, as the specification has it; a revocation counts before what is unknown. */
static int check_chain_revoked(struct run *run, const struct certificate_list *chain,
			       int64_t signed_at)
{
	struct err unknown = {0};
	int worst = 0;

	for (size_t i = chain->n; i-- > 0;) {
		int r = check_revoked(run, chain, i, signed_at);

		if (r < 0 && r != -ERR_NOT_FOUND)
			return r;
		if (r < 0 && worst == 0) {
			worst = r;
			if (run->err)
				unknown = *run->err;
		}
	}
	if (worst < 0 && run->err)
		*run->err = unknown;
	return worst;
}

static int check_revocation(struct run *run)
{
	int r;

	if (run->wants->statement->actions[NOTATION_REVOCATION] == NOTATION_SKIP) {
		trail_pass(run->trail, "revocation", "not asked for by the policy");
		return 0;
	}
	r = check_chain_revoked(run, &run->envelope.chain, run->proved_time);
	r = settle(
		run, NOTATION_REVOCATION, r, "revocation",
		"give OCSP responses or CRLs that are of now, or let the policy not ask for them");
	if (r == 0)
		trail_pass(run->trail, "revocation", "no certificate was revoked");
	return r;
}

/* ---- time ---- */

static bool has_tsa(const struct notation_statement *s)
{
	for (size_t i = 0; i < s->n_stores; i++)
		if (s->stores[i].type == NOTATION_STORE_TSA)
			return true;
	return false;
}

static bool has_expired(const struct run *run)
{
	for (size_t i = 0; i < run->envelope.chain.n; i++)
		if (run->wants->now > certificate_not_after(run->envelope.chain.p[i]))
			return true;
	return false;
}

static int gather_anchors(const struct run *run, struct str_list *ret)
{
	const struct notation_statement *s = run->wants->statement;
	struct str *anchors;
	size_t n = 0;

	for (size_t i = 0; i < s->n_stores; i++) { /* one that is named twice counts twice */
		const struct notation_store *store =
			notation_trust_store_find(run->wants->stores, &s->stores[i]);

		n += store ? store->certificates.n : 0;
	}
	anchors = arena_array(run->trail->arena, n + 1, sizeof *anchors);
	if (!anchors)
		return err_nomem(run->err);
	n = 0;
	for (size_t i = 0; i < s->n_stores; i++) {
		const struct notation_store *store =
			notation_trust_store_find(run->wants->stores, &s->stores[i]);

		if (s->stores[i].type != NOTATION_STORE_TSA)
			continue;
		if (!store)
			return err_set(run->err, ERR_DENIED,
				       "the trust store tsa:%.*s is not there",
				       STR_FMT(s->stores[i].name));
		for (size_t k = 0; k < store->certificates.n; k++)
			anchors[n++] = certificate_der(store->certificates.p[k]);
	}
	*ret = (struct str_list){anchors, n};
	return 0;
}

static int check_tsa_chain(struct run *run, const struct timestamp *ts)
{
	CLEANUP(certificate_list_done) struct certificate_list chain = {0};
	enum notation_action action = run->wants->statement->actions[NOTATION_REVOCATION];
	int r = 0;

	for (size_t i = 0; i < ts->n_chain && r == 0; i++)
		r = certificate_list_add(&chain, ts->chain[i], run->err);
	if (r == 0)
		r = notation_chain_check(&chain, NOTATION_USE_TIMESTAMP, ts->time, run->err);
	if (r == 0 && action != NOTATION_SKIP)
		r = check_chain_revoked(run, &chain, 0);
	if (r == -ERR_NOT_FOUND && action == NOTATION_LOG) {
		trail_pass(run->trail, "revocation", "not enforced by the policy, though %s",
			   run->err->msg);
		r = 0;
	}
	return r < 0 ? err_wrap(run->err, r, "time stamp") : 0;
}

static int check_timestamp(struct run *run)
{
	CLEANUP(timestamp_trust_freep) struct timestamp_trust *trust = NULL;
	struct str_list anchors;
	struct timestamp ts;
	int r;

	if (!run->envelope.timestamp.n)
		return err_set(run->err, ERR_DENIED,
			       "the policy asks for a time stamp, and there is none");
	if ((r = gather_anchors(run, &anchors)) < 0 ||
	    (r = timestamp_trust_new(anchors, (struct str_list){0}, &trust, run->err)) < 0 ||
	    (r = timestamp_verify(trust, run->envelope.timestamp, run->envelope.signature,
				  run->trail->arena, &ts, run->err)) < 0)
		return r;
	if (!ts.names_by_sha2)
		return err_set(run->err, ERR_DENIED,
			       "time stamp: no signed attribute signing-certificate-v2");
	if ((r = check_tsa_chain(run, &ts)) < 0)
		return r;
	r = notation_chain_valid_at(&run->envelope.chain, ts.earliest, ts.latest, run->err);
	if (r < 0)
		return err_wrap(run->err, r, "not valid at the time stamp");
	run->proved_time = ts.time;
	return 0;
}

static int check_time_of_scheme(struct run *run)
{
	const struct notation_statement *s = run->wants->statement;
	const struct notation_envelope *e = &run->envelope;
	int64_t now = run->wants->now;
	int r;

	if (e->scheme == NOTATION_SCHEME_AUTHORITY) {
		r = notation_chain_valid_at(&e->chain, e->signing_time, e->signing_time, run->err);
		if (r == 0)
			run->proved_time = e->signing_time;
		return r < 0 ? err_wrap(run->err, r, "not valid when it was signed") : 0;
	}
	if (has_tsa(s) && (!s->after_cert_expiry || has_expired(run)))
		return check_timestamp(run);
	r = notation_chain_valid_at(&e->chain, now, now, run->err);
	return r < 0 ? err_wrap(run->err, r, "not valid now") : 0;
}

static int check_time(struct run *run)
{
	char text[CLOCK_TEXT_MAX] = "?";
	int r = settle(run, NOTATION_TIMESTAMP, check_time_of_scheme(run), "time",
		       "ask the publisher for a signature with a time stamp, and trust its "
		       "authority in a store of the type tsa");

	if (r != 0)
		return r;
	(void)clock_format(run->proved_time, text); /* a time beyond the year 9999 stays "?" */
	if (run->proved_time)
		trail_pass(run->trail, "time", "signed by %s, while the certificates were valid",
			   text);
	else
		trail_pass(run->trail, "time", "all certificates are valid now");
	run->has_time = true;
	return 0;
}

/* ---- the whole ---- */

static enum claim_clock clock_of(const struct run *run)
{
	if (run->proved_time && run->envelope.scheme == NOTATION_SCHEME_X509)
		return CLAIM_CLOCK_TIMESTAMP;
	return CLAIM_CLOCK_SIGNER;
}

static int fill_claim(const struct run *run, struct claim *ret)
{
	const struct notation_envelope *e = &run->envelope;
	struct arena *arena = run->trail->arena;
	struct digest_value digest;
	char text[DIGEST_TEXT_MAX];
	struct claim claim = {
		.format = CLAIM_NOTATION,
		.digest = run->payload.digest,
		.algorithm = str_of(signature_scheme_name(e->algorithm)),
		.time = run->proved_time ? run->proved_time : e->signing_time,
		.clock = clock_of(run),
		.expires = e->expiry,
		.payload_type = STR(NOTATION_MEDIA_PAYLOAD),
		.payload = arena_str(arena, e->payload),
	};
	int r = certificate_digest(signer(run), DIGEST_SHA256, &digest, run->err);

	if (r < 0)
		return r;
	claim.fingerprint = arena_str(arena, str_skip(digest_format(&digest, text), 7));
	if (run->is_authentic) {
		claim.subject = arena_str(arena, certificate_subject(signer(run)));
		claim.issuer = arena_str(arena, certificate_issuer(signer(run)));
	}
	if ((r = arena_check(arena, run->err)) == 0)
		*ret = claim;
	return r;
}

/* Each gives < 0 to end it; 1: it did not hold, and the policy only logs that. */
static int check_all(struct run *run, enum notation_form form, struct str bytes)
{
	int r;

	if ((r = check_envelope(run, form, bytes)) < 0 || (r = check_payload(run)) < 0 ||
	    (r = check_plugin(run)) < 0 || (r = check_authenticity(run)) < 0 ||
	    (r = check_expiry(run)) < 0 || (r = check_time(run)) < 0)
		return r;
	r = check_revocation(run);
	return r < 0 ? r : 0;
}

int notation_verify(enum notation_form form, struct str envelope,
		    const struct notation_wants *wants, struct trail *trail, struct claim *ret,
		    struct err *err)
{
	struct err here = {0};
	CLEANUP(run_done) struct run run = {.wants = wants, .trail = trail, .err = &here};
	int r;

	if (wants->statement->skips)
		r = trail_refuse(trail, &here, "policy", "give the policy another level",
				 "the policy \"%.*s\" verifies nothing (skip)",
				 STR_FMT(wants->statement->name));
	else
		r = check_all(&run, form, envelope);
	if (r == 0)
		r = fill_claim(&run, ret);
	if (r < 0 && err)
		*err = here;
	return r;
}

int notation_manifest_check(const struct artifact_manifest *m, const struct artifact **ret,
			    struct trail *trail, struct err *err)
{
	static const char remedy[] = "take a signature that the notation tool or Plimsoll made";
	enum notation_form form;
	int r;

	if (m->is_index || !str_is(m->artifact_type, NOTATION_MEDIA_SIGNATURE))
		return trail_refuse(trail, err, "format", remedy,
				    "the manifest is not of a signature of the Notary Project");
	if (m->n_layers != 1)
		return trail_refuse(trail, err, "format", remedy,
				    "the manifest has %zu layers instead of one envelope",
				    m->n_layers);
	if (!artifact_annotation(&m->annotations, NOTATION_THUMBPRINTS).n)
		return trail_refuse(trail, err, "format", remedy,
				    "the manifest has no annotation " NOTATION_THUMBPRINTS);
	if ((r = notation_form_of(m->layers[0].media_type, &form, err)) < 0)
		return trail_take(trail, err, r, "format", remedy, NULL);
	*ret = &m->layers[0];
	return 0;
}
