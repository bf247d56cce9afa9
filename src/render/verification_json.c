/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "codec/json_writer.h"
#include "render/verification.h"

static void put_time(struct json_writer *w, const char *key, int64_t time)
{
	char text[CLOCK_TEXT_MAX];

	if (time != 0 && clock_format(time, text))
		json_put_text(w, key, text);
}

static void put_trail(struct json_writer *w, const struct trail *trail)
{
	json_key(w, "checks");
	json_open_list(w);
	for (size_t i = 0; i < trail->n_steps; i++) {
		json_open_map(w);
		json_put_text(w, "check", trail->steps[i].check);
		json_put_str(w, "what", trail->steps[i].what);
		json_close_map(w);
	}
	json_close_list(w);
	if (!trail->failed)
		return;
	json_key(w, "failed");
	json_open_map(w);
	json_put_text(w, "check", trail->failed);
	json_put_str(w, "why", trail->why);
	json_put_opt(w, "remedy", trail->remedy);
	json_put_bool(w, "unsure", trail->unsure);
	json_close_map(w);
}

static void put_facts(struct json_writer *w, const struct claim *claim)
{
	if (claim->n_facts == 0)
		return;
	json_key(w, "facts");
	json_open_map(w);
	for (size_t i = 0; i < claim->n_facts; i++)
		json_put_str(w, claim->facts[i].name, claim->facts[i].value);
	json_close_map(w);
}

static void put_claim(struct json_writer *w, const struct claim *claim)
{
	json_key(w, "claim");
	json_open_map(w);
	json_put_str(w, "digest", claim->digest);
	json_put_opt(w, "key", claim->key_digest);
	json_put_opt(w, "identity", claim->identity);
	json_put_opt(w, "subject", claim->subject);
	json_put_opt(w, "issuer", claim->issuer);
	json_put_opt(w, "fingerprint", claim->fingerprint);
	json_put_opt(w, "algorithm", claim->algorithm);
	put_time(w, "time", claim->time);
	json_put_text(w, "time_by", claim_clock_name(claim->clock));
	put_time(w, "expires", claim->expires);
	json_put_opt(w, "name", claim->name);
	json_put_opt(w, "roles", claim->roles);
	json_put_bool(w, "logged", claim->logged);
	if (claim->logged) {
		json_key(w, "log_index");
		json_add_int(w, claim->log_index);
	}
	json_put_opt(w, "payload_type", claim->payload_type);
	json_put_opt(w, "predicate_type", claim->predicate_type);
	put_facts(w, claim);
	json_close_map(w);
}

static void put_signature(struct json_writer *w, const struct verification_signature *s)
{
	json_open_map(w);
	json_put_text(w, "format", claim_format_name(s->format));
	json_put_opt(w, "where", s->where);
	json_put_bool(w, "holds", s->holds);
	json_put_bool(w, "counts", s->counts);
	json_put_opt(w, "counts_as", s->counts_as);
	if (s->holds)
		put_claim(w, &s->claim);
	put_trail(w, s->trail);
	json_close_map(w);
}

void verification_json(struct strbuf *out, const struct verification *v)
{
	struct json_writer w;

	json_writer_init(&w, out, JSON_INDENT);
	json_open_map(&w);
	json_put_text(&w, "schema", "plimsoll.verification/1");
	json_put_text(&w, "verdict",
		      v->verified	? "verified"
		      : v->trail.unsure ? "could_not_tell"
					: "not_verified");
	json_put_str(&w, "target", v->target);
	json_put_opt(&w, "reference", v->reference);
	json_put_opt(&w, "digest", v->digest);
	put_time(&w, "now", v->now);
	put_trail(&w, &v->trail);
	json_key(&w, "warnings");
	json_open_list(&w);
	for (size_t i = 0; i < v->warnings.n; i++)
		json_add_str(&w, *(struct str *)vec_at(&v->warnings, i));
	json_close_list(&w);
	json_key(&w, "signatures");
	json_open_list(&w);
	for (size_t i = 0; i < v->signatures.n; i++)
		put_signature(&w, *(struct verification_signature **)vec_at(&v->signatures, i));
	json_close_list(&w);
	json_close_map(&w);
	strbuf_addc(out, '\n');
}
