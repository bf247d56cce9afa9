/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What gpg says on --status-fd (GnuPG's doc/DETAILS), for a good signature:
 *
 *     [GNUPG:] NEWSIG
 *     [GNUPG:] GOODSIG E932F44B23E8DD43 Jane Doe <jane@example.com>
 *     [GNUPG:] VALIDSIG <fingerprint> 2025-06-23 1750708640 0 4 0 1 8 00 <primary's fingerprint>
 *
 * VALIDSIG alone says that the numbers are right: it comes for revoked and expired keys too, and
 * the exit status is 0 then. Each signature ends in exactly one word like GOODSIG.
 */
#include "trust/gpg/gpg_verify.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "trust/gpg/gpg_jail.h"

/* A signer's clock may be ahead of ours. */
#define FUTURE_SECONDS 300

enum word {
	WORD_GOODSIG,
	WORD_BADSIG,
	WORD_ERRSIG,
	WORD_EXPSIG,
	WORD_EXPKEYSIG,
	WORD_REVKEYSIG,
	WORD_VALIDSIG,
	WORD_NEWSIG,
	WORD_NO_PUBKEY,
	WORD_NODATA,
	WORD_UNEXPECTED,
	WORD_PLAINTEXT,
	N_WORDS,
};

static const char *const words[N_WORDS] = {"GOODSIG",	"BADSIG",    "ERRSIG",	   "EXPSIG",
					   "EXPKEYSIG", "REVKEYSIG", "VALIDSIG",   "NEWSIG",
					   "NO_PUBKEY", "NODATA",    "UNEXPECTED", "PLAINTEXT"};

/* How often gpg said each word, and what it said last behind it. */
struct status {
	unsigned n[N_WORDS];
	struct str rest[N_WORDS];
	unsigned n_verdicts; /* GOODSIG and the like */
};

static void take_line(struct status *s, struct str line)
{
	struct str word;

	if (!str_pull_prefix(&line, STR("[GNUPG:] ")) || !str_pull_word(&line, &word))
		return;
	for (unsigned i = 0; i < N_WORDS; i++) {
		if (!str_is(word, words[i]))
			continue;
		s->n[i]++;
		s->rest[i] = str_trim(line);
		s->n_verdicts += i <= WORD_REVKEYSIG;
	}
}

static struct status read_status(struct str out)
{
	struct status s = {0};
	struct str line;

	while (str_pull_line(&out, &line))
		take_line(&s, line);
	return s;
}

/* ---- refusals ---- */

static bool pull_int(struct str *in, int64_t *ret)
{
	struct str word;
	uint64_t v;

	if (!str_pull_word(in, &word) || !str_parse_u64(word, &v) || v > UINT32_MAX)
		return false;
	*ret = (int64_t)v;
	return true;
}

static bool skip_words(struct str *in, unsigned n)
{
	struct str word;

	for (unsigned i = 0; i < n; i++)
		if (!str_pull_word(in, &word))
			return false;
	return true;
}

static struct str date(const struct trail *t, int64_t when)
{
	char text[CLOCK_TEXT_MAX];

	return clock_format(when, text) ? arena_str(t->arena, str_of(text)) : STR("no date");
}

/* "by the key 0123456789ABCDEF (Jane Doe)": what follows GOODSIG and the like. */
static struct str signer(const struct trail *t, struct str rest)
{
	struct str id;

	if (!str_pull_word(&rest, &id))
		return STR("an unknown key");
	rest = str_trim(rest);
	return rest.n ? arena_strf(t->arena, "the key %.*s (%.*s)", STR_FMT(id), STR_FMT(rest))
		      : arena_strf(t->arena, "the key %.*s", STR_FMT(id));
}

static int refuse_unknown_key(const struct openpgp_keyring *ring, const struct status *s,
			      struct trail *t, struct err *err)
{
	struct str rest = s->rest[WORD_NO_PUBKEY], id;

	if (!str_pull_word(&rest, &id))
		id = STR("of an unknown id");
	if (ring->n_weak)
		return trail_refuse(t, err, "signature",
				    "ask the publisher to sign with a stronger key",
				    "it is signed by the key %.*s, which is not among the %zu that "
				    "are trusted; "
				    "%zu too weak to count (%.*s) %s left out",
				    STR_FMT(id), ring->n, ring->n_weak, STR_FMT(ring->weak),
				    ring->n_weak == 1 ? "was" : "were");
	return trail_refuse(t, err, "signature",
			    "trust that key only if you know by another way whose it is",
			    "it is signed by the key %.*s, which is not among the %zu that are "
			    "trusted",
			    STR_FMT(id), ring->n);
}

/* Of ERRSIG: key id, algorithm, digest, type, time. A key of the future is none yet, for gpg. */
static int64_t time_of_error(const struct status *s)
{
	struct str rest = s->rest[WORD_ERRSIG];
	int64_t when;

	return skip_words(&rest, 4) && pull_int(&rest, &when) ? when : 0;
}

static int refuse_future(int64_t when, int64_t now, struct trail *t, struct err *err)
{
	return trail_refuse(t, err, "time", "set the clock of this machine, or the signer's",
			    "it was signed at %.*s, which is still to come: it is %.*s now",
			    STR_FMT(date(t, when)), STR_FMT(date(t, now)));
}

static int refuse_verdict(const struct openpgp_keyring *ring, const struct status *s, int64_t now,
			  struct trail *t, struct err *err)
{
	static const char ask[] = "ask the publisher for a signature by a key that is valid";

	if (s->n[WORD_NO_PUBKEY])
		return refuse_unknown_key(ring, s, t, err);
	if (s->n[WORD_REVKEYSIG])
		return trail_refuse(t, err, "revocation", ask, "%.*s, which signed it, is revoked",
				    STR_FMT(signer(t, s->rest[WORD_REVKEYSIG])));
	if (s->n[WORD_EXPKEYSIG])
		return trail_refuse(t, err, "expiry", ask, "%.*s, which signed it, has expired",
				    STR_FMT(signer(t, s->rest[WORD_EXPKEYSIG])));
	if (s->n[WORD_EXPSIG])
		return trail_refuse(t, err, "expiry", "ask the publisher for a new signature",
				    "its signature by %.*s has expired",
				    STR_FMT(signer(t, s->rest[WORD_EXPSIG])));
	if (s->n[WORD_BADSIG])
		return trail_refuse(t, err, "signature",
				    "get it again; if it stays so, somebody changed it",
				    "its signature by %.*s does not hold: what was signed is not "
				    "what is there",
				    STR_FMT(signer(t, s->rest[WORD_BADSIG])));
	if (time_of_error(s) > now + FUTURE_SECONDS)
		return refuse_future(time_of_error(s), now, t, err);
	return trail_refuse(t, err, "signature", "look at it with gpg --verify",
			    "gpg finds no good signature in it");
}

/* ---- acceptance ---- */

static bool is_fingerprint(struct str s)
{
	if (s.n != 40)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (char_hex(s.p[i]) < 0)
			return false;
	return true;
}

/* The numbers of VALIDSIG have to be those of the packet that was parsed here. */
static bool parse_valid(struct str in, const struct openpgp_message *m, struct gpg_signature *ret)
{
	int64_t version, algorithm, digest;
	struct str type;

	return str_pull_word(&in, &ret->fingerprint) && skip_words(&in, 1) &&
	       pull_int(&in, &ret->time) && pull_int(&in, &ret->expires) &&
	       pull_int(&in, &version) && skip_words(&in, 1) && pull_int(&in, &algorithm) &&
	       pull_int(&in, &digest) && str_pull_word(&in, &type) &&
	       str_pull_word(&in, &ret->primary) && is_fingerprint(ret->fingerprint) &&
	       is_fingerprint(ret->primary) && version == m->version && algorithm == m->algorithm &&
	       digest == m->digest && str_is(type, "00");
}

static bool is_good(const struct status *s, int exit_status)
{
	return exit_status == 0 && s->n_verdicts == 1 && s->n[WORD_GOODSIG] == 1 &&
	       s->n[WORD_VALIDSIG] == 1 && s->n[WORD_NEWSIG] == 1 && !s->n[WORD_NO_PUBKEY] &&
	       !s->n[WORD_NODATA] && !s->n[WORD_UNEXPECTED] && !s->n[WORD_PLAINTEXT];
}

static int accept(const struct status *s, const struct openpgp_message *m, int64_t now,
		  struct trail *t, struct gpg_signature *ret, struct err *err)
{
	struct gpg_signature sig = {.payload = m->payload};
	struct str rest = s->rest[WORD_GOODSIG];

	if (!parse_valid(s->rest[WORD_VALIDSIG], m, &sig) || !skip_words(&rest, 1))
		return trail_refuse(t, err, "signature", "look at it with gpg --verify",
				    "gpg verified another signature than the one that is there");
	if (sig.time > now && sig.time - now > FUTURE_SECONDS)
		return refuse_future(sig.time, now, t, err);
	sig.fingerprint = arena_str(t->arena, sig.fingerprint);
	sig.primary = arena_str(t->arena, sig.primary);
	sig.user = arena_str(t->arena, str_trim(rest));
	sig.algorithm = openpgp_scheme_name(m->algorithm, m->digest);
	if (!sig.fingerprint.p || !sig.primary.p || !sig.user.p)
		return trail_unsure(t, err, ERR_NOMEM, "signature", "", "out of memory");
	trail_pass(t, "signature", "by the OpenPGP key %.*s (%.*s), %s", STR_FMT(sig.primary),
		   STR_FMT(sig.user), sig.algorithm);
	*ret = sig;
	return 0;
}

/* ---- the whole ---- */

static int ask_gpg(const struct openpgp_keyring *ring, const struct openpgp_message *m, int64_t now,
		   struct arena *a, struct strbuf *out, int *ret_status, struct err *err)
{
	struct str files[] = {openpgp_keyring_bytes(ring, a), m->signature, m->payload};
	struct gpg_jail_run run = {.files = files, .n_files = ARRAY_LEN(files), .now = now};

	if (!files[0].p)
		return err_nomem(err);
	return gpg_jail_verify(&run, out, ret_status, err);
}

static int refuse_ring(const struct openpgp_keyring *ring, struct trail *t, struct err *err)
{
	if (ring->n_weak)
		return trail_refuse(t, err, "signature", "use keys that are strong enough",
				    "no key is trusted: %zu too weak to count (%.*s)", ring->n_weak,
				    STR_FMT(ring->weak));
	return trail_refuse(t, err, "signature", "name a file with public keys",
			    "no key is trusted");
}

static int take_failure(struct trail *t, struct err *why, int r, struct err *err)
{
	r = trail_take(t, why, r, "signature", "ask the publisher for a new signature",
		       "OpenPGP message");
	if (err)
		*err = *why;
	return r;
}

int gpg_verify(const struct openpgp_keyring *ring, struct str blob, int64_t now,
	       struct trail *trail, struct gpg_signature *ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(LIMIT_GPG_STATUS_BYTES);
	struct openpgp_message message;
	struct err why = {0};
	struct status status;
	int r, exit_status = -1;

	if (ring->n == 0)
		return refuse_ring(ring, trail, err);
	r = openpgp_message_parse(blob, trail->arena, &message, &why);
	if (r < 0)
		return take_failure(trail, &why, r, err);
	r = ask_gpg(ring, &message, now, trail->arena, &out, &exit_status, &why);
	if (r < 0)
		return trail_unsure(trail, err, (enum err_code) - r, "signature",
				    "install gpg (package gpg or gnupg)", "%s", why.msg);
	status = read_status(strbuf_str(&out));
	if (!is_good(&status, exit_status))
		return refuse_verdict(ring, &status, now, trail, err);
	return accept(&status, &message, now, trail, ret, err);
}
