/* SPDX-License-Identifier: Apache-2.0 */
#include "render/verification.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/limits.h"
#include "render/text.h"

#define LABEL_COLUMNS 12
#define INDENT	      2

static const struct {
	const char *name, *title;
} formats[] = {
	[CLAIM_COSIGN] = {"cosign", "cosign signature"},
	[CLAIM_BUNDLE] = {"bundle", "Sigstore bundle"},
	[CLAIM_DSSE] = {"attestation", "attestation"},
	[CLAIM_DCT] = {"dct", "Docker Content Trust"},
	[CLAIM_NOTATION] = {"notation", "Notary Project signature"},
	[CLAIM_GPG] = {"gpg", "GPG signature"},
	[CLAIM_BLOB] = {"blob", "signature"},
};

const char *claim_format_name(enum claim_format format)
{
	return formats[format].name;
}

const char *claim_clock_name(enum claim_clock clock)
{
	switch (clock) {
	case CLAIM_CLOCK_TIMESTAMP:
		return "timestamp";
	case CLAIM_CLOCK_LOG:
		return "log";
	case CLAIM_CLOCK_SIGNER:
		return "signer";
	case CLAIM_CLOCK_NONE:
		break;
	}
	return "none";
}

static const char *clock_words(enum claim_clock clock)
{
	switch (clock) {
	case CLAIM_CLOCK_TIMESTAMP:
		return ", by a timestamp authority";
	case CLAIM_CLOCK_LOG:
		return ", by a transparency log";
	case CLAIM_CLOCK_SIGNER:
		return ", by the signer's own word";
	case CLAIM_CLOCK_NONE:
		break;
	}
	return "";
}

/* "  label       text", the text wrapped in its column. */
static void put_row(struct canvas *c, size_t indent, enum tone tone, const char *label,
		    struct str text)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_FIELD_BYTES);

	if (text.n == 0)
		return;
	text_shorten(&sb, text);
	text_pad(c->out, indent);
	canvas_left(c, TONE_DIM, str_of(label), LABEL_COLUMNS);
	canvas_start(c, tone);
	text_wrap(c->out, strbuf_str(&sb), indent + LABEL_COLUMNS, c->width, c->unicode);
	canvas_end(c, tone);
}

/* A name that is copied is never cut. */
static void put_whole(struct canvas *c, size_t indent, const char *label, struct str text)
{
	if (text.n == 0)
		return;
	text_pad(c->out, indent);
	canvas_left(c, TONE_DIM, str_of(label), LABEL_COLUMNS);
	(void)text_add(c->out, text, SIZE_MAX, c->unicode); /* the last of its line */
	canvas_end_line(c);
}

static void say_signer(struct strbuf *sb, const struct claim *claim)
{
	if (claim->identity.n) {
		strbuf_add(sb, claim->identity);
		if (claim->issuer.n)
			strbuf_addf(sb, ", as %.*s knows it", STR_FMT(claim->issuer));
	} else if (claim->subject.n) {
		strbuf_add(sb, claim->subject);
	} else if (claim->key_digest.n) {
		strbuf_addf(sb, "the key %.*s", STR_FMT(claim->key_digest));
	}
	if (claim->algorithm.n)
		strbuf_addf(sb, " (%.*s)", STR_FMT(claim->algorithm));
}

static void say_time(struct strbuf *sb, int64_t time, enum claim_clock clock)
{
	char text[CLOCK_TEXT_MAX];

	if (time != 0 && clock_format(time, text))
		strbuf_addf(sb, "%s%s", text, clock_words(clock));
}

static void put_claim(struct canvas *c, const struct claim *claim)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_FIELD_BYTES);

	say_signer(&sb, claim);
	put_row(c, 2 * INDENT, TONE_PLAIN, "signed by", strbuf_str(&sb));
	put_whole(c, 2 * INDENT, "fingerprint", claim->fingerprint);
	strbuf_reset(&sb);
	say_time(&sb, claim->time, claim->clock);
	put_row(c, 2 * INDENT, TONE_PLAIN, "signed at", strbuf_str(&sb));
	strbuf_reset(&sb);
	say_time(&sb, claim->expires, CLAIM_CLOCK_NONE);
	put_row(c, 2 * INDENT, TONE_PLAIN, "expires", strbuf_str(&sb));
	put_row(c, 2 * INDENT, TONE_PLAIN, "as", claim->name);
	put_row(c, 2 * INDENT, TONE_PLAIN, "roles", claim->roles);
	put_row(c, 2 * INDENT, TONE_PLAIN, "says", claim->predicate_type);
	for (size_t i = 0; i < claim->n_facts; i++) {
		strbuf_reset(&sb);
		strbuf_addf(&sb, "%s: %.*s", claim->facts[i].name, STR_FMT(claim->facts[i].value));
		put_row(c, 2 * INDENT, TONE_DIM, i == 0 ? "with" : "", strbuf_str(&sb));
	}
}

static void put_steps(struct canvas *c, size_t indent, const struct trail *trail)
{
	for (size_t i = 0; i < trail->n_steps; i++)
		put_row(c, indent, TONE_DIM, i == 0 ? "checked" : "", trail->steps[i].what);
}

static void put_signature(struct canvas *c, const struct verification_signature *s)
{
	bool good = s->holds && s->counts;

	text_pad(c->out, INDENT);
	canvas_left(c, good ? TONE_GOOD : TONE_WARN,
		    str_of(good	      ? "holds"
			   : s->holds ? "not asked"
				      : "no"),
		    LABEL_COLUMNS);
	(void)canvas_say(c, TONE_HEADING, str_of(formats[s->format].title), c->width);
	strbuf_addc(c->out, ' ');
	(void)canvas_say(c, TONE_DIM, s->where, c->width); /* a name that may be long stands last */
	canvas_end_line(c);
	if (!s->holds) {
		put_row(c, 2 * INDENT, TONE_PLAIN, "why", s->trail->why);
		put_row(c, 2 * INDENT, TONE_PLAIN, "do", s->trail->remedy);
		return;
	}
	put_row(c, 2 * INDENT, TONE_PLAIN, "believed as", s->counts_as);
	put_claim(c, &s->claim);
	put_steps(c, 2 * INDENT, s->trail);
}

static void put_answer(struct canvas *c, const struct verification *v)
{
	struct str name = v->reference.n ? v->reference : v->target;
	enum tone tone = v->verified ? TONE_GOOD : TONE_BAD;
	const char *mark = !c->unicode ? "" : v->verified ? "\u2714 " : "\u2718 ";
	const char *word = v->verified	     ? "verified"
			   : v->trail.unsure ? "could not be told"
					     : "not verified";

	canvas_start(c, tone);
	strbuf_addf(c->out, "%s%s", mark, word);
	canvas_end(c, tone);
	strbuf_adds(c->out, "  ");
	(void)text_add(c->out, name, SIZE_MAX, c->unicode); /* a reference is copied, never cut */
	canvas_end_line(c);
	if (v->reference.n == 0)
		put_whole(c, INDENT, "digest", v->digest);
	if (v->verified)
		return;
	put_row(c, INDENT, TONE_BAD, "why", v->trail.why);
	put_row(c, INDENT, TONE_PLAIN, "do", v->trail.remedy);
}

void verification_table(struct canvas *c, const struct verification *v)
{
	put_answer(c, v);
	put_steps(c, INDENT, &v->trail);
	for (size_t i = 0; i < v->warnings.n; i++)
		put_row(c, INDENT, TONE_WARN, "warning", *(struct str *)vec_at(&v->warnings, i));
	for (size_t i = 0; i < v->signatures.n; i++)
		put_signature(c, *(struct verification_signature **)vec_at(&v->signatures, i));
}
