/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/trust_judge.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "codec/json.h"
#include "expr/plain_json.h"
#include "expr/regex.h"
#include "trust/image_signatures.h"
#include "trust/notation/identity.h"
#include "trust/notation/image.h"
#include "trust/predicate.h"
#include "trust/sigstore/identity.h"
#include "trust/sigstore/trusted_root.h"

/* What a signer of the policy is known by. */
struct material {
	const struct trust_signer *signer;
	struct public_key *key;
	struct digest_value key_digest;
	struct identity_wanted identity;
	struct regex *patterns[2];
	/* Of the Notary Project: roots, a statement made of the signer, and which of the signatures
	 * that were looked at were judged by it. */
	struct notation_trust_store stores;
	struct notation_store_name store;
	struct notation_identity subject;
	struct notation_statement statement;
	size_t from, until;
};

struct trust_judge {
	const struct trust_policy *policy;
	struct material *materials; /* one for each signer */
	struct trusted_root *root;
	struct digest_value digest;
	struct arena arena;
};

/* ---- material ---- */

struct loading {
	struct trust_judge *judge;
	trust_read_fn *read;
	void *ctx;
	struct digest *hash; /* of all that decides */
	struct err *err;
};

/* Its length before it, so that no two rows of texts are the same bytes. */
static void add_to_hash(struct digest *hash, struct str text)
{
	unsigned char length[8];

	for (size_t i = 0; i < sizeof length; i++)
		length[i] = (unsigned char)((uint64_t)text.n >> 8 * i);
	digest_update(hash, str_make(length, sizeof length));
	digest_update(hash, text);
}

static int read_file(struct loading *l, struct str path, size_t max, struct str *ret)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(max);
	int r = l->read(l->ctx, path, max, &sb, l->err);

	if (r < 0)
		return r;
	add_to_hash(l->hash, strbuf_str(&sb));
	*ret = arena_str(&l->judge->arena, strbuf_str(&sb));
	return arena_check(&l->judge->arena, l->err);
}

static int load_key(struct loading *l, struct material *m)
{
	struct str pem;
	int r = read_file(l, m->signer->file, PUBLIC_KEY_BYTES_MAX, &pem);

	if (r == 0)
		r = public_key_parse(pem, &m->key, l->err);
	return r < 0 ? r : public_key_digest(m->key, &m->key_digest, l->err);
}

static int load_pattern(struct loading *l, struct str pattern, struct regex **slot,
			const struct regex **ret)
{
	int r;

	if (pattern.n == 0)
		return 0;
	r = identity_pattern(pattern, slot, l->err);
	*ret = *slot;
	return r;
}

static int load_identity(struct loading *l, struct material *m)
{
	const struct trust_signer *s = m->signer;
	int r;

	if (!l->judge->root)
		return err_set(l->err, ERR_USAGE,
			       "an identity needs the policy's trusted-root: the CAs and logs to "
			       "believe");
	m->identity = (struct identity_wanted){.name = s->identity, .issuer = s->issuer};
	r = load_pattern(l, s->identity_pattern, &m->patterns[0], &m->identity.name_pattern);
	return r < 0 ? r
		     : load_pattern(l, s->issuer_pattern, &m->patterns[1],
				    &m->identity.issuer_pattern);
}

/* As strict as can be offline; what a list of revoked certificates would say is not known here. */
static int load_notation(struct loading *l, struct material *m)
{
	struct str roots;
	int r = read_file(l, m->signer->file, NOTATION_POLICY_BYTES_MAX, &roots);

	if (r < 0)
		return r;
	m->store = (struct notation_store_name){NOTATION_STORE_CA, m->signer->name};
	m->statement = (struct notation_statement){
		.name = m->signer->name,
		.actions = {[NOTATION_REVOCATION] = NOTATION_SKIP},
		.stores = &m->store,
		.n_stores = 1,
		.identities = &m->subject,
		.n_identities = 1,
	};
	r = notation_trust_store_add(&m->stores, m->store.type, m->store.name, roots, l->err);
	if (r < 0)
		return err_wrap(l->err, r, "%.*s", STR_FMT(m->signer->file));
	if (m->signer->subject.n == 0)
		return err_set(l->err, ERR_USAGE,
			       "say whom the certificate is for: subject: C=US, ST=WA, O=Example");
	return notation_subject_parse(m->signer->subject, &l->judge->arena, &m->subject, l->err);
}

static int load_signer(struct loading *l, struct material *m)
{
	switch (m->signer->kind) {
	case TRUST_SIGNER_KEY:
		return load_key(l, m);
	case TRUST_SIGNER_IDENTITY:
		return load_identity(l, m);
	case TRUST_SIGNER_NOTATION:
		return load_notation(l, m);
	case TRUST_SIGNER_DCT:
	case TRUST_SIGNER_GPG:
		break;
	}
	return err_set(l->err, ERR_UNSUPPORTED,
		       "signers of this kind cannot be asked for in a policy yet");
}

static int load_root(struct loading *l)
{
	struct str bytes;
	int r;

	if (l->judge->policy->trusted_root.n == 0)
		return 0;
	r = read_file(l, l->judge->policy->trusted_root, TRUSTED_ROOT_BYTES_MAX, &bytes);
	if (r == 0)
		r = trusted_root_parse(bytes, &l->judge->root, l->err);
	return r < 0 ? err_wrap(l->err, r, "trusted-root %.*s",
				STR_FMT(l->judge->policy->trusted_root))
		     : 0;
}

static int load_all(struct loading *l)
{
	const struct trust_policy *p = l->judge->policy;
	int r = load_root(l);

	for (size_t i = 0; r == 0 && i < p->signers.n; i++) {
		struct material *m = &l->judge->materials[i];

		m->signer = vec_at(&p->signers, i);
		r = load_signer(l, m);
		if (r < 0)
			err_wrap(l->err, r, "%.*s:%zu: signer %.*s", STR_FMT(p->file),
				 m->signer->line, STR_FMT(m->signer->name));
	}
	return r < 0 && r != -ERR_NOMEM ? -ERR_USAGE : r;
}

int trust_judge_new(const struct trust_policy *policy, trust_read_fn *read, void *ctx,
		    struct trust_judge **ret, struct err *err)
{
	CLEANUP(trust_judge_freep) struct trust_judge *j = calloc(1, sizeof *j);
	CLEANUP(digest_done) struct digest hash = {0};
	struct loading l = {.judge = j, .read = read, .ctx = ctx, .hash = &hash, .err = err};
	int r;

	if (!j)
		return err_nomem(err);
	arena_init(&j->arena, LIMIT_ARENA_BYTES);
	j->policy = policy;
	j->materials = arena_array(&j->arena, policy->signers.n + 1, sizeof *j->materials);
	if (!j->materials)
		return err_nomem(err);
	r = digest_init(&hash, DIGEST_SHA256, err);
	if (r < 0)
		return r;
	add_to_hash(&hash, policy->text);
	r = load_all(&l);
	if (r < 0)
		return r;
	digest_final(&hash, &j->digest);
	*ret = TAKE(j);
	return 0;
}

void trust_judge_free(struct trust_judge *j)
{
	if (!j)
		return;
	for (size_t i = 0; j->materials && i < j->policy->signers.n; i++) {
		public_key_free(j->materials[i].key);
		regex_free(j->materials[i].patterns[0]);
		regex_free(j->materials[i].patterns[1]);
		notation_trust_store_done(&j->materials[i].stores);
	}
	trusted_root_free(j->root);
	arena_done(&j->arena);
	free(j);
}

void trust_judge_freep(struct trust_judge **j)
{
	trust_judge_free(*j);
	*j = NULL;
}

const struct digest_value *trust_judge_digest(const struct trust_judge *j)
{
	return &j->digest;
}

/* ---- signatures ---- */

struct judging {
	struct trust_judge *judge;
	const struct trust_image *image;
	const struct trust_rule *rule;
	struct verification *v;
	struct err *err;
};

static struct material *material_of(const struct trust_judge *j, struct str name)
{
	for (size_t i = 0; i < j->policy->signers.n; i++)
		if (str_eq(j->materials[i].signer->name, name))
			return &j->materials[i];
	return NULL;
}

/* Everybody who is named, once; names of signers are checked when the policy is read. */
static int make_wants(const struct judging *g, const struct str_list *names,
		      struct trust_wants *ret)
{
	struct trust_key *keys = arena_array(g->v->arena, names->n + 1, sizeof *keys);
	struct identity_wanted *who = arena_array(g->v->arena, names->n + 1, sizeof *who);

	if (!keys || !who)
		return err_nomem(g->err);
	*ret = (struct trust_wants){.keys = keys, .identities = who, .root = g->judge->root};
	for (size_t i = 0; i < names->n; i++) {
		const struct material *m = material_of(g->judge, names->p[i]);

		if (m->key)
			keys[ret->n_keys++] =
				(struct trust_key){.key = m->key, .name = m->signer->name};
		else if (m->signer->kind == TRUST_SIGNER_IDENTITY)
			who[ret->n_identities++] = m->identity;
	}
	/* The log is part of what an identity proves; a key stands for itself. */
	ret->no_log = ret->n_identities == 0;
	return 0;
}

static bool is_by(const struct material *m, const struct claim *claim)
{
	char text[DIGEST_TEXT_MAX];
	const struct identity who = {.name = claim->identity, .issuer = claim->issuer};

	if (m->key)
		return str_eq(digest_format(&m->key_digest, text), claim->key_digest);
	return m->signer->kind == TRUST_SIGNER_IDENTITY && claim->identity.n &&
	       identity_match(&m->identity, 1, &who, NULL) == 0;
}

/* Whether it is young enough; a time that only the signer says is no time. */
static bool is_young(const struct claim *claim, int64_t max_age, int64_t now)
{
	if (max_age == 0)
		return true;
	return (claim->clock == CLAIM_CLOCK_TIMESTAMP || claim->clock == CLAIM_CLOCK_LOG) &&
	       claim->time > 0 && now - claim->time <= max_age;
}

static struct verification_signature *signature_at(const struct verification *v, size_t i)
{
	return *(struct verification_signature **)vec_at(&v->signatures, i);
}

struct found {
	const struct verification_signature *young, *old;
};

/* Who it is, whatever name the policy has for them. */
static bool is_same_person(const struct claim *a, const struct claim *b)
{
	return str_eq(a->key_digest, b->key_digest) && str_eq(a->identity, b->identity) &&
	       str_eq(a->subject, b->subject) && str_eq(a->issuer, b->issuer);
}

static bool is_used(const struct claim *const *used, size_t n, const struct claim *claim)
{
	for (size_t i = 0; i < n; i++)
		if (is_same_person(used[i], claim))
			return true;
	return false;
}

/* Of the Notary Project: by the statement that it was judged by; of others: by what it proves. */
static bool is_signed_by(const struct material *m, size_t i, const struct claim *claim)
{
	if (m->signer->kind != TRUST_SIGNER_NOTATION)
		return is_by(m, claim);
	return i >= m->from && i < m->until && claim->format == CLAIM_NOTATION && claim->subject.n;
}

/* A signature of the image by that signer, and by none who counted under another name. */
static struct found find_signature(const struct judging *g, const struct material *m,
				   const struct claim *const *used, size_t n_used)
{
	struct found found = {0};

	for (size_t i = 0; i < g->v->signatures.n; i++) {
		const struct verification_signature *s = signature_at(g->v, i);

		if (!s->holds || !s->counts || !str_eq(s->claim.digest, g->v->digest) ||
		    !is_signed_by(m, i, &s->claim) || is_used(used, n_used, &s->claim))
			continue;
		if (is_young(&s->claim, g->rule->max_age, g->v->now))
			found.young = s;
		else
			found.old = s;
	}
	return found;
}

static int refuse_signers(const struct judging *g, uint64_t n, const struct strbuf *missing,
			  bool has_old)
{
	const struct trust_rule *rule = g->rule;

	return trail_refuse(
		&g->v->trail, g->err, "signature",
		has_old ? "have it signed again, with a timestamp"
			: "have it signed by them: plimsoll sign",
		"%llu of the %llu signers that %.*s needs have signed it; missing: %.*s",
		(unsigned long long)n, (unsigned long long)rule->need, STR_FMT(rule->match),
		STR_FMT(strbuf_str(missing)));
}

/* What is attached, by the statement of each signer of the Notary Project. */
static int look_at_notation(const struct judging *g, const struct str_list *names)
{
	int r = 0;

	for (size_t i = 0; i < names->n && r == 0; i++) {
		struct material *m = material_of(g->judge, names->p[i]);
		const struct notation_wants wants = {
			.target = {.digest = g->v->digest, .size = NOTATION_SIZE_UNKNOWN},
			.statement = &m->statement,
			.stores = &m->stores,
			.now = g->v->now,
		};

		if (m->signer->kind != TRUST_SIGNER_NOTATION)
			continue;
		m->from = g->v->signatures.n;
		r = notation_image_verify(g->image->store, &wants, g->v, g->err);
		m->until = g->v->signatures.n;
	}
	return r;
}

static int judge_signers(const struct judging *g)
{
	CLEANUP(strbuf_done) struct strbuf missing = STRBUF_INIT(ERR_MSG_MAX);
	const struct trust_rule *rule = g->rule;
	const struct claim **used = arena_array(g->v->arena, rule->signed_by.n, sizeof *used);
	bool has_old = false;
	struct trust_wants wants;
	size_t n = 0;
	int r = used ? make_wants(g, &rule->signed_by, &wants) : err_nomem(g->err);

	if (r < 0)
		return r;
	r = image_signatures_verify(g->image->store, &wants, g->v, g->err);
	if (r == 0)
		r = look_at_notation(g, &rule->signed_by);
	if (r < 0)
		return verification_unseen(g->v, r, g->err);
	for (size_t i = 0; i < rule->signed_by.n; i++) {
		const struct material *m = material_of(g->judge, rule->signed_by.p[i]);
		struct found found = find_signature(g, m, used, n);

		if (found.young) {
			used[n++] = &found.young->claim;
			trail_pass(&g->v->trail, "signature", "signed by %.*s",
				   STR_FMT(m->signer->name));
			continue;
		}
		has_old |= found.old != NULL;
		strbuf_addf(&missing, "%s%.*s%s", missing.n ? ", " : "", STR_FMT(m->signer->name),
			    found.old ? " (too old, or without a time to believe)" : "");
	}
	return n >= rule->need ? 0 : refuse_signers(g, n, &missing, has_old);
}

/* ---- attestations ---- */

/* The documents live as long as the values that borrow from them. */
struct asking {
	struct json *statement, *claim;
	struct scratch scratch;
	struct evaluation evaluation;
};

static void asking_done(struct asking *a)
{
	evaluation_done(&a->evaluation);
	scratch_done(&a->scratch);
	json_free(a->statement);
	json_free(a->claim);
}

static int write_claim(const struct claim *claim, struct json **ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_JSON_BYTES);
	struct json_writer w;

	json_writer_init(&w, &sb, JSON_COMPACT);
	json_open_map(&w);
	json_put_str(&w, "identity", claim->identity);
	json_put_str(&w, "issuer", claim->issuer);
	json_put_str(&w, "key", claim->key_digest);
	json_put_str(&w, "subject", claim->subject);
	for (size_t i = 0; i < claim->n_facts; i++)
		json_put_str(&w, claim->facts[i].name, claim->facts[i].value);
	json_close_map(&w);
	if (strbuf_check(&sb, err) < 0)
		return -(int)sb.error;
	return json_parse(strbuf_str(&sb), ret, err);
}

/* In the order of TRUST_VARIABLES. */
static int fill(const struct judging *g, const struct claim *claim, struct asking *a,
		struct value values[TRUST_VARIABLES_MAX])
{
	struct call call = {.scratch = &a->scratch, .budget = LIMIT_EXPR_COST};
	int r = json_parse(claim->payload, &a->statement, g->err);

	if (r == 0)
		r = write_claim(claim, &a->claim, g->err);
	if (r < 0)
		return r;
	values[TRUST_VARIABLE_PREDICATE] =
		json_get(a->statement, "predicate")
			? value_from_json(&call, json_get(a->statement, "predicate"))
			: value_absent();
	values[TRUST_VARIABLE_STATEMENT] = value_from_json(&call, a->statement);
	values[TRUST_VARIABLE_CLAIM] = value_from_json(&call, a->claim);
	values[TRUST_VARIABLE_NOW] = value_timestamp(g->v->now, 0);
	return 0;
}

/* 1: it says what is required; 0: it does not, and *ret_why how that is known. */
static int is_true(const struct judging *g, const struct trust_attestation *want,
		   const struct claim *claim, struct str *ret_why)
{
	CLEANUP(asking_done) struct asking a = {0};
	struct value values[TRUST_VARIABLES_MAX], v;
	int r;

	scratch_init(&a.scratch, LIMIT_EXPR_SCRATCH);
	evaluation_init(&a.evaluation);
	if (!want->require_program)
		return 1;
	r = fill(g, claim, &a, values);
	if (r < 0)
		return r;
	v = program_eval(want->require_program, &a.evaluation, values, TRUST_VARIABLES_MAX);
	if (v.kind == VALUE_ERROR)
		*ret_why = arena_str(g->v->arena, v.error->message);
	else
		*ret_why = arena_strf(g->v->arena, "%.*s is not true", STR_FMT(want->require.text));
	return v.kind == VALUE_BOOL && v.b;
}

static bool is_by_one_of(const struct judging *g, const struct str_list *names,
			 const struct claim *claim)
{
	for (size_t i = 0; i < names->n; i++)
		if (is_by(material_of(g->judge, names->p[i]), claim))
			return true;
	return false;
}

static int refuse_attestation(const struct judging *g, const struct trust_attestation *want,
			      struct str why)
{
	if (why.n)
		return trail_refuse(&g->v->trail, g->err, "attestation",
				    "have it built so that it is true, and attested again",
				    "its attestation %.*s does not say what is required: %.*s",
				    STR_FMT(want->type), STR_FMT(why));
	return trail_refuse(&g->v->trail, g->err, "attestation", "attach one: plimsoll attest",
			    "it has no attestation %.*s by who must sign it%s", STR_FMT(want->type),
			    want->max_age ? ", or it is too old" : "");
}

static int judge_attestation(const struct judging *g, const struct trust_attestation *want)
{
	const struct str_list *names = want->signed_by.n ? &want->signed_by : &g->rule->signed_by;
	size_t from = g->v->signatures.n;
	struct str why = STR_NULL;
	struct trust_wants wants;
	int r = make_wants(g, names, &wants);

	if (r < 0)
		return r;
	wants.types = (struct str_list){&want->type, 1};
	r = image_signatures_verify(g->image->store, &wants, g->v, g->err);
	if (r < 0)
		return verification_unseen(g->v, r, g->err);
	for (size_t i = from; i < g->v->signatures.n; i++) {
		const struct verification_signature *s = signature_at(g->v, i);

		if (!s->holds || !s->counts || !str_eq(s->claim.digest, g->v->digest) ||
		    !is_by_one_of(g, names, &s->claim) ||
		    !is_young(&s->claim, want->max_age, g->v->now))
			continue;
		r = is_true(g, want, &s->claim, &why);
		if (r < 0)
			return trail_take(&g->v->trail, g->err, r, "attestation", "",
					  "its statement");
		if (r > 0) {
			trail_pass(&g->v->trail, "attestation", "attested: %.*s",
				   STR_FMT(want->type));
			return 0;
		}
	}
	return refuse_attestation(g, want, why);
}

/* ---- the image ---- */

static struct str name_of(const struct trust_image *image, struct arena *a)
{
	return arena_strf(a, "%.*s/%.*s", STR_FMT(image->name.domain), STR_FMT(image->name.path));
}

static int judge_unknown(const struct judging *g, const struct trust_exception *expired)
{
	struct str name = name_of(g->image, g->v->arena);

	if (expired)
		return trail_refuse(&g->v->trail, g->err, "exception",
				    "ask its owner for a new one, or have the image signed",
				    "the exception for it ended, %.*s (%.*s)",
				    STR_FMT(expired->until.text), STR_FMT(expired->owner));
	if (!g->rule)
		return trail_refuse(&g->v->trail, g->err, "policy",
				    "use an image that the policy allows, or add this one to it",
				    "no pattern of the policy fits %.*s", STR_FMT(name));
	return trail_refuse(&g->v->trail, g->err, "policy", g->rule->reason.p,
			    "the policy refuses %.*s", STR_FMT(g->rule->match));
}

static int judge_rule(const struct judging *g)
{
	const struct trust_rule *rule = g->rule;
	int r = 0;

	trail_pass(&g->v->trail, "policy", "%.*s:%zu: %.*s", STR_FMT(g->judge->policy->file),
		   rule->line, STR_FMT(rule->match));
	if (rule->by_digest && !g->image->by_digest)
		return trail_refuse(&g->v->trail, g->err, "policy", "name it by its digest",
				    "the policy lets it be used only by its digest, and it was "
				    "named by a tag");
	if ((rule->need > 0 || rule->n_attestations > 0) && !g->image->store)
		return trail_refuse(&g->v->trail, g->err, "signature",
				    "verify it where it is published",
				    "signatures cannot be attached to an image that lies there");
	if (rule->need > 0)
		r = judge_signers(g);
	for (size_t i = 0; r == 0 && i < rule->n_attestations; i++)
		r = judge_attestation(g, &rule->attestations[i]);
	if (r < 0)
		return r;
	if (rule->answer == TRUST_ALLOWED && rule->n_attestations == 0)
		return verification_allow(g->v, "policy", rule->reason, g->err);
	return verification_accept(g->v, g->err);
}

int trust_judge_image(struct trust_judge *j, const struct trust_image *image,
		      struct verification *v, struct err *err)
{
	const struct trust_exception *expired = NULL, *exception = NULL;
	struct judging g = {.judge = j, .image = image, .v = v, .err = err};
	struct digest_value digest;
	int r = digest_parse(v->digest, &digest, err);

	if (r < 0)
		return trail_take(&v->trail, err, r, "digest", "name an image that has one", NULL);
	exception = trust_policy_exception(j->policy, &digest, v->now, &expired);
	if (exception)
		return verification_allow(v, "exception",
					  arena_strf(v->arena, "exception of %.*s until %.*s: %.*s",
						     STR_FMT(exception->owner),
						     STR_FMT(exception->until.text),
						     STR_FMT(exception->reason)),
					  err);
	g.rule = trust_policy_rule(j->policy, &image->name);
	if (!g.rule || g.rule->answer == TRUST_REFUSED)
		return judge_unknown(&g, expired);
	return judge_rule(&g);
}
