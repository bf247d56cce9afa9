/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/sigstore/bundle_verify.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/limits.h"
#include "trust/statement.h"

#define TIMES_MAX (BUNDLE_ENTRIES_MAX + BUNDLE_TIMESTAMPS_MAX)

#define ASK_AGAIN "ask the publisher to sign again, or fetch the bundle again"
#define ASK_ROOT  "check that the trusted root is the one of who signed, and is up to date"

struct proved_time {
	int64_t at;
	enum claim_clock clock;
};

struct verify {
	const struct bundle *bundle;
	struct signed_file *artifact; /* may be NULL */
	const struct sigstore_wants *wants;
	struct trail *trail;
	struct arena *arena;
	struct strbuf pae;
	struct proved_time times[TIMES_MAX];
	size_t n_times;
	struct rekor_proof proofs[BUNDLE_ENTRIES_MAX]; /* .log is NULL: of an unknown log */
	size_t n_proved;
	const struct certificate *issuer; /* of the leaf */
	struct identity who;
	enum signature_scheme scheme; /* that the log states */
	const struct public_key *key;
};

static const char *date_of(int64_t at, char buf[CLOCK_TEXT_MAX])
{
	return clock_format(at, buf) ? buf : "a time out of range";
}

/* Adds a time that is proved; nobody signs in the future. */
static int add_time(struct verify *v, int64_t at, enum claim_clock clock, struct err *err)
{
	char text[CLOCK_TEXT_MAX];

	if (at > v->wants->now && at - v->wants->now > SIGSTORE_SKEW_SECONDS)
		return trail_refuse(v->trail, err, "time", "check the clock of this machine",
				    "the signature is dated %s, which is in the future",
				    date_of(at, text));
	v->times[v->n_times++] = (struct proved_time){at, clock};
	trail_pass(v->trail, "time", "%s, by %s", date_of(at, text),
		   clock == CLAIM_CLOCK_LOG ? "the promise of the log" : "a time-stamp authority");
	return 0;
}

/* Of an authority whose own certificate is listed, no other one of its CA speaks. */
static bool is_listed(const struct trusted_ca *tsa, const struct timestamp *ts)
{
	if (tsa->chain.n < 2 || certificate_is_ca(tsa->chain.p[0]))
		return true;
	return ts->n_chain > 0 && str_eq(ts->chain[0], certificate_der(tsa->chain.p[0]));
}

/* 1: *ret is proved. 0: this authority does not say so; why says why. */
static int try_tsa(struct verify *v, const struct trusted_ca *tsa, struct str token, int64_t *ret,
		   struct err *why)
{
	struct timestamp ts;
	int r = timestamp_verify(tsa->timestamps, token, v->bundle->timestamped, v->arena, &ts,
				 why);

	if (r == -ERR_NOMEM || r == -ERR_BUG)
		return r;
	if (r < 0)
		return 0;
	if (ts.time < tsa->from || ts.time > tsa->until || !is_listed(tsa, &ts)) {
		(void)err_set(why, ERR_DENIED,
			      "the time-stamp authority was not trusted at the time it states");
		return 0;
	}
	*ret = ts.time;
	return 1;
}

static int check_timestamp(struct verify *v, struct str token, struct err *why, struct err *err)
{
	const struct trusted_root *root = v->wants->root;
	int64_t at = 0;
	int r;

	if (root->n_tsas == 0)
		(void)err_set(why, ERR_DENIED, "the trusted root has no time-stamp authority");
	for (size_t i = 0; i < root->n_tsas; i++) {
		r = try_tsa(v, &root->tsas[i], token, &at, why);
		if (r < 0)
			return r == -ERR_NOMEM ? err_nomem(err) : r;
		if (r > 0)
			return add_time(v, at, CLAIM_CLOCK_TIMESTAMP, err);
	}
	return 0;
}

static int check_entry(struct verify *v, size_t i, struct err *err)
{
	const struct rekor_entry *entry = &v->bundle->entries[i];
	const struct trusted_root *root = v->wants->root;
	int r = rekor_verify(entry, root->logs, root->n_logs, v->arena, &v->proofs[i], err);

	if (r == -ERR_NOT_FOUND) {
		v->proofs[i].log = NULL;
		return 0;
	}
	if (r < 0)
		return trail_take(v->trail, err, r, "log", ASK_AGAIN, NULL);
	v->n_proved++;
	trail_pass(v->trail, "log", "entry %lld of %.*s%s", (long long)entry->index,
		   STR_FMT(v->proofs[i].log->base_url),
		   v->proofs[i].is_included ? ", by an inclusion proof" : ", by its promise");
	return v->proofs[i].has_time ? add_time(v, entry->integrated_time, CLAIM_CLOCK_LOG, err)
				     : 0;
}

static bool wants_log(const struct verify *v)
{
	return v->wants->root && !v->wants->no_log;
}

/* A log without a clock counts at the times of the others; without any, at the present. */
static int check_log_spans(struct verify *v, struct err *err)
{
	for (size_t i = 0; i < v->bundle->n_entries; i++) {
		const struct rekor_proof *p = &v->proofs[i];
		int64_t at = v->wants->now;

		if (!p->log || p->has_time)
			continue;
		for (size_t k = 0; k < v->n_times || k == 0; k++) {
			if (k < v->n_times)
				at = v->times[k].at;
			if (at < p->log->from || at > p->log->until)
				return trail_refuse(v->trail, err, "log", ASK_ROOT,
						    "the log %.*s was not trusted at the time of "
						    "the signature",
						    STR_FMT(p->log->base_url));
		}
	}
	return 0;
}

/* (1) When it was signed, by the word of others than the signer. */
static int check_times(struct verify *v, struct err *err)
{
	struct err why = {0};
	int r;

	if (!v->wants->root)
		return 0;
	for (size_t i = 0; i < v->bundle->n_timestamps; i++)
		if ((r = check_timestamp(v, v->bundle->timestamps[i], &why, err)) < 0)
			return r;
	for (size_t i = 0; wants_log(v) && i < v->bundle->n_entries; i++)
		if ((r = check_entry(v, i, err)) < 0)
			return r;
	if (wants_log(v) && v->n_proved == 0)
		return trail_refuse(v->trail, err, "log", ASK_ROOT,
				    v->bundle->n_entries
					    ? "no log entry is of a log of the trusted root"
					    : "there is no log entry");
	if (!v->wants->key && v->n_times == 0)
		return trail_refuse(v->trail, err, "time", ASK_ROOT,
				    "the time of the signature is not proved: %s",
				    why.msg[0] ? why.msg
					       : "there is neither a timestamp nor a promise");
	return check_log_spans(v, err);
}

static int chain_of(struct verify *v, const struct trusted_ca *ca, int64_t at,
		    struct certificate_chain *ret, struct err *err)
{
	struct certificate_wants wants = {
		.at = at,
		.anchors = ca->chain.p + ca->chain.n - 1,
		.n_anchors = 1,
		.intermediates = ca->chain.p,
		.n_intermediates = ca->chain.n - 1,
		.use = CERTIFICATE_USE_CODE,
	};

	return certificate_chain(v->bundle->leaf, &wants, ret, err);
}

/* One of the CAs that count at this time issued the certificate. */
static int check_chain_at(struct verify *v, int64_t at, struct err *err)
{
	const struct trusted_root *root = v->wants->root;
	struct certificate_chain chain;
	char text[CLOCK_TEXT_MAX];
	struct err why = {0};
	int r;

	(void)err_set(&why, ERR_DENIED, "the trusted root has no CA that counts at this time");
	for (size_t i = 0; i < root->n_cas; i++) {
		const struct trusted_ca *ca = &root->cas[i];

		if (at < ca->from || at > ca->until)
			continue;
		r = chain_of(v, ca, at, &chain, &why);
		if (r == -ERR_NOMEM)
			return err_nomem(err);
		if (r == 0 && chain.n >= 2) {
			v->issuer = chain.at[1];
			return 0;
		}
	}
	return trail_refuse(v->trail, err, "certificate", ASK_ROOT,
			    "the certificate did not hold on %s: %s", date_of(at, text), why.msg);
}

static int check_leaf(struct verify *v, struct err *err)
{
	const struct certificate *leaf = v->bundle->leaf;
	unsigned usage = 0;

	if (certificate_is_ca(leaf))
		return trail_refuse(v->trail, err, "certificate", ASK_AGAIN,
				    "the certificate of the signer is one of a CA");
	if (!certificate_key_usage(leaf, &usage, NULL) || !(usage & CERTIFICATE_DIGITAL_SIGNATURE))
		return trail_refuse(v->trail, err, "certificate", ASK_AGAIN,
				    "the certificate is not for signatures (key usage)");
	return 0;
}

/* (2) The certificate, at every time that is proved. */
static int check_certificate(struct verify *v, struct err *err)
{
	const struct trusted_root *root = v->wants->root;
	size_t n_held = 0;
	int r;

	for (size_t i = 0; i < v->n_times; i++)
		if ((r = check_chain_at(v, v->times[i].at, err)) < 0)
			return r;
	if ((r = check_leaf(v, err)) < 0)
		return r;
	trail_pass(v->trail, "certificate", "issued by %.*s",
		   STR_FMT(certificate_issuer(v->bundle->leaf)));
	if (v->wants->no_sct)
		return 0;
	r = certificate_scts_verify(v->bundle->leaf, v->issuer, root->ct_logs, root->n_ct_logs,
				    &n_held, err);
	if (r < 0)
		return trail_take(v->trail, err, r, "certificate-log", ASK_ROOT, NULL);
	trail_pass(v->trail, "certificate-log", "the certificate is in %zu trusted log%s", n_held,
		   n_held == 1 ? "" : "s");
	return 0;
}

/* (3) Who it was. */
static int check_identity(struct verify *v, struct err *err)
{
	int r = identity_of(v->bundle->leaf, v->arena, &v->who, err);

	if (r == 0 && !v->wants->any_identity)
		r = identity_match(v->wants->identities, v->wants->n_identities, &v->who, err);
	if (r < 0)
		return trail_take(v->trail, err, r, "identity",
				  "if this signer is to be trusted, name them with --identity and "
				  "--issuer",
				  NULL);
	trail_pass(v->trail, "identity", "%.*s, by the word of %.*s", STR_FMT(v->who.name),
		   STR_FMT(v->who.issuer));
	return 0;
}

static int digest_of_artifact(const void *ctx, enum digest_algorithm algorithm,
			      struct digest_value *ret, struct err *err)
{
	const struct verify *v = ctx;

	return signed_file_digest(v->artifact, algorithm, ret, err);
}

static struct rekor_content content_of(const struct verify *v)
{
	const struct bundle *b = v->bundle;

	return (struct rekor_content){
		.signature = b->signature,
		.certificate = b->leaf ? certificate_der(b->leaf) : STR_NULL,
		.key = b->leaf ? NULL : v->key,
		.signer = v->key,
		.is_envelope = b->is_envelope,
		.envelope = b->envelope_bytes,
		.payload_type = b->envelope.payload_type,
		.payload = b->envelope.payload,
		.pae = strbuf_str(&v->pae),
		.digest = digest_of_artifact,
		.digest_ctx = v,
	};
}

/* (4) The entries are about this signature. */
static int check_entries_match(struct verify *v, struct err *err)
{
	struct rekor_content content = content_of(v);
	enum signature_scheme scheme;
	int r;

	for (size_t i = 0; i < v->bundle->n_entries; i++) {
		if (!v->proofs[i].log)
			continue;
		r = rekor_match(&v->bundle->entries[i], &content, v->arena, &scheme, err);
		if (r < 0)
			return trail_take(v->trail, err, r, "log-entry", ASK_AGAIN, NULL);
		if (v->scheme != SIGNATURE_NONE && scheme != SIGNATURE_NONE && scheme != v->scheme)
			return trail_refuse(v->trail, err, "log-entry", ASK_AGAIN,
					    "two log entries state different algorithms");
		if (scheme != SIGNATURE_NONE)
			v->scheme = scheme;
		trail_pass(v->trail, "log-entry", "of this signature, this %s and this %s",
			   v->bundle->leaf ? "certificate" : "key",
			   v->bundle->is_envelope ? "envelope" : "digest");
	}
	return 0;
}

static struct str text_of(struct verify *v, const struct digest_value *digest)
{
	char text[DIGEST_TEXT_MAX];

	return arena_str(v->arena, digest_format(digest, text));
}

/* A digest that comes along must be right, though nothing is proved by it. */
static int check_message(struct verify *v, struct claim *claim, struct err *err)
{
	struct digest_value digest;
	int r;

	if (v->bundle->has_digest) {
		r = signed_file_digest(v->artifact, v->bundle->digest.algorithm, &digest, err);
		if (r < 0)
			return trail_take(v->trail, err, r, "digest", "", NULL);
		if (!digest_eq(&digest, &v->bundle->digest))
			return trail_refuse(v->trail, err, "digest",
					    "check that this is the file that was signed",
					    "the bundle is about %.*s, the file is %.*s",
					    STR_FMT(text_of(v, &v->bundle->digest)),
					    STR_FMT(text_of(v, &digest)));
	}
	for (int i = DIGEST_SHA512; i >= DIGEST_SHA256; i--)
		if (v->artifact->has[i])
			claim->digest = text_of(v, &v->artifact->digests[i]);
	return 0;
}

static int check_subject(struct verify *v, const struct statement *statement, struct claim *claim,
			 struct err *err)
{
	static const char *const names[] = {"sha256", "sha384", "sha512"};
	struct digest_value digest;
	bool comparable = false;

	for (int i = DIGEST_SHA256; i <= DIGEST_SHA512; i++) {
		bool stated = false;

		for (size_t k = 0; k < statement->n_subjects && !stated; k++)
			stated = statement_subject_digest(statement, k, names[i]).n > 0;
		if (!stated ||
		    signed_file_digest(v->artifact, (enum digest_algorithm)i, &digest, err) < 0)
			continue;
		comparable = true;
		if (!statement_is_about(statement, &digest, NULL))
			continue;
		claim->digest = text_of(v, &digest);
		trail_pass(v->trail, "digest", "%.*s is a subject of the statement",
			   STR_FMT(claim->digest));
		return 0;
	}
	return trail_refuse(v->trail, err, "digest", "check that this is the file that was signed",
			    comparable ? "the statement is about other files"
				       : "the statement has no digest of the file that can be "
					 "compared");
}

static int check_envelope(struct verify *v, struct claim *claim, struct err *err)
{
	CLEANUP(statement_done) struct statement statement = {0};
	const struct dsse *envelope = &v->bundle->envelope;
	int r;

	claim->payload_type = envelope->payload_type;
	claim->payload = envelope->payload;
	if (!str_is(envelope->payload_type, DSSE_IN_TOTO)) {
		if (v->wants->any_type && !v->artifact)
			return 0;
		return trail_refuse(v->trail, err, "payload", ASK_AGAIN,
				    "the envelope holds \"%.*s\", no in-toto statement",
				    STR_FMT(str_sub(envelope->payload_type, 0, 80)));
	}
	r = statement_parse(envelope->payload, &statement, err);
	if (r < 0)
		return trail_take(v->trail, err, r, "payload", ASK_AGAIN, NULL);
	claim->predicate_type = arena_str(v->arena, statement.predicate_type);
	trail_pass(v->trail, "payload", "a statement of type %.*s", STR_FMT(claim->predicate_type));
	return v->artifact ? check_subject(v, &statement, claim, err) : 0;
}

/* (5) The signature, after all that says whether it would count. */
static int check_signature(struct verify *v, struct claim *claim, struct err *err)
{
	struct signed_file of_envelope = {.bytes = strbuf_str(&v->pae), .has_bytes = true};
	struct signed_file *what = v->bundle->is_envelope ? &of_envelope : v->artifact;
	enum signature_scheme scheme;
	int r = signed_file_verify(what, v->key, v->scheme, v->bundle->signature, &scheme, err);

	if (r < 0)
		return trail_take(v->trail, err, r, "signature",
				  v->wants->key ? "check that this is the key of who signed, and "
						  "the file that was signed"
						: "check that this is the file that was signed",
				  NULL);
	claim->algorithm = str_of(signature_scheme_name(scheme));
	trail_pass(v->trail, "signature", "%s by the key %s", signature_scheme_name(scheme),
		   v->bundle->leaf ? "of the certificate" : public_key_name(v->key));
	return 0;
}

static void claim_time(const struct verify *v, struct claim *claim)
{
	for (size_t i = 0; i < v->n_times; i++)
		if (claim->clock == CLAIM_CLOCK_NONE ||
		    (claim->clock == CLAIM_CLOCK_LOG &&
		     v->times[i].clock == CLAIM_CLOCK_TIMESTAMP)) {
			claim->time = v->times[i].at;
			claim->clock = v->times[i].clock;
		}
	for (size_t i = v->bundle->n_entries; i-- > 0;)
		if (v->proofs[i].log) {
			claim->logged = true;
			claim->log_index = v->bundle->entries[i].index;
		}
}

static struct str hex_of(struct verify *v, const struct digest_value *digest)
{
	return str_skip(text_of(v, digest), sizeof "sha256:" - 1);
}

static int claim_signer(struct verify *v, struct claim *claim, struct err *err)
{
	struct digest_value digest;
	int r;

	if (!v->bundle->leaf) {
		if ((r = public_key_digest(v->key, &digest, err)) < 0)
			return r;
		claim->key_digest = text_of(v, &digest);
		return 0;
	}
	r = certificate_digest(v->bundle->leaf, DIGEST_SHA256, &digest, err);
	if (r < 0)
		return r;
	claim->fingerprint = hex_of(v, &digest);
	if (v->wants->key) { /* the certificate came along, the key was believed */
		if ((r = public_key_digest(v->key, &digest, err)) < 0)
			return r;
		claim->key_digest = text_of(v, &digest);
		return 0;
	}
	claim->identity = v->who.name;
	claim->issuer = v->who.issuer;
	memcpy(claim->facts, v->who.facts, sizeof claim->facts);
	claim->n_facts = v->who.n_facts;
	return 0;
}

/* Whose key it is: the certificate's, or the one that is believed, which must be the same. */
static int choose_key(struct verify *v, struct err *err)
{
	const struct public_key *of_leaf =
		v->bundle->leaf ? certificate_key(v->bundle->leaf) : NULL;

	if (!v->wants->key && !v->wants->root)
		return err_set(err, ERR_USAGE,
			       "whom to believe: give a key, or a trusted root and an identity");
	if (!v->wants->key && !of_leaf)
		return trail_refuse(v->trail, err, "identity", "give the key with --key",
				    "the bundle is signed by a key \"%.*s\", not by an identity",
				    STR_FMT(str_sub(v->bundle->key_hint, 0, 80)));
	if (v->wants->key && of_leaf && !public_key_same(v->wants->key, of_leaf))
		return trail_refuse(v->trail, err, "signature",
				    "check that this is the key of who signed",
				    "the certificate is of another key than the one to believe");
	v->key = v->wants->key ? v->wants->key : of_leaf;
	return 0;
}

static int check_all(struct verify *v, struct claim *claim, struct err *err)
{
	bool keyless = !v->wants->key;
	int r;

	if (!v->artifact && !v->bundle->is_envelope)
		return err_set(err, ERR_USAGE, "what was signed is needed: a file or its digest");
	if (keyless && !v->wants->any_identity && v->wants->n_identities == 0)
		return err_set(err, ERR_USAGE, "whom to believe: give an identity and its issuer");
	if ((r = choose_key(v, err)) < 0 || (r = check_times(v, err)) < 0 ||
	    (r = keyless ? check_certificate(v, err) : 0) < 0 ||
	    (r = keyless ? check_identity(v, err) : 0) < 0)
		return r;
	if (v->bundle->is_envelope && (r = dsse_pae(v->bundle->envelope.payload_type,
						    v->bundle->envelope.payload, &v->pae, err)) < 0)
		return r;
	if ((r = check_entries_match(v, err)) < 0 ||
	    (r = v->bundle->is_envelope ? check_envelope(v, claim, err)
					: check_message(v, claim, err)) < 0 ||
	    (r = check_signature(v, claim, err)) < 0)
		return r;
	claim_time(v, claim);
	if ((r = claim_signer(v, claim, err)) < 0)
		return r;
	return arena_check(v->arena, err);
}

int bundle_verify(const struct bundle *bundle, struct signed_file *artifact,
		  const struct sigstore_wants *wants, struct trail *trail, struct claim *ret,
		  struct err *err)
{
	struct claim claim = {.format = bundle->is_envelope ? CLAIM_DSSE : CLAIM_BUNDLE};
	struct verify *v = calloc(1, sizeof *v);
	struct err own = {0};
	int r;

	if (!v)
		return err_nomem(err);
	*v = (struct verify){
		.bundle = bundle,
		.artifact = artifact,
		.wants = wants,
		.trail = trail,
		.arena = trail->arena,
		.pae = STRBUF_INIT(LIMIT_JSON_BYTES + 4096),
		.scheme = SIGNATURE_NONE,
	};
	r = check_all(v, &claim, err ? err : &own); /* trail_take needs one */
	strbuf_done(&v->pae);
	free(v);
	if (r < 0)
		return r;
	/* A trail with a failure is never good, whatever the code above says. */
	if (trail->failed)
		return err_set(err, ERR_BUG, "a check failed and was passed over");
	*ret = claim;
	return 0;
}
