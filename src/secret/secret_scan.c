/* SPDX-License-Identifier: Apache-2.0 */
/* The second pass: what really stands at the places that the automaton tells. */
#include <stdlib.h>

#include "base/limits.h"
#include "crypto/digest.h"
#include "secret/secret_manifest.h"
#include "secret/secret_set_parts.h"
#include "secret/secret_value.h"

#define BEHIND		   4096 /* bytes behind a trigger in which its match may end */
#define CERTAIN_CONFIDENCE 0.99
#define CONTEXT_WORTH	   0.3
#define PUBLIC_DIGITS	   16

struct secret_scanner {
	const struct secret_set *set;
	struct secret_scratch *scratch;
	struct vec hits; /* struct secret_hit */
	size_t *done;	 /* for each trigger: a match that ends here or before was looked at */
	size_t n_tries;
	struct str text;
	enum secret_bytes kind;
	struct secret_pair pair; /* read last, */
	bool has_pair;
	bool is_cut;
	struct err *err;
	int result;
};

int secret_scanner_new(const struct secret_set *set, struct secret_scanner **ret, struct err *err)
{
	struct secret_scanner *s = calloc(1, sizeof *s);
	int r;

	if (!s)
		return err_nomem(err);
	s->set = set;
	s->hits = (struct vec)VEC_INIT(struct secret_hit, LIMIT_SECRET_HITS);
	s->done = calloc(set->triggers.n + 1, sizeof *s->done);
	r = s->done ? secret_scratch_new(set->automaton, &s->scratch, err) : err_nomem(err);
	if (r < 0)
		secret_scanner_free(s);
	else
		*ret = s;
	return r;
}

void secret_scanner_free(struct secret_scanner *s)
{
	if (!s)
		return;
	secret_scratch_free(s->scratch);
	vec_done(&s->hits);
	free(s->done);
	free(s);
}

void secret_scanner_freep(struct secret_scanner **s)
{
	secret_scanner_free(*s);
}

/* ---- what a rule says of a value ---- */

/* Published as an example: a rule names those by the beginning of their digest. */
static bool is_public(const struct secret_rule *rule, struct str value)
{
	char text[DIGEST_TEXT_MAX];
	struct digest_value d;
	struct str hex;

	if (rule->public_values.n == 0 || digest_of(value, &d, NULL) < 0)
		return false;
	hex = str_sub(str_skip(digest_format(&d, text), sizeof "sha256:" - 1), 0, PUBLIC_DIGITS);
	for (size_t i = 0; i < rule->public_values.n; i++)
		if (str_eq(rule->public_values.p[i], hex))
			return true;
	return false;
}

static bool holds(const struct secret_rule *rule, struct str value)
{
	return value.n > 0 && value.n <= LIMIT_SECRET_VALUE_BYTES &&
	       (rule->entropy <= 0 || secret_entropy(value) >= rule->entropy) &&
	       secret_passes(rule->checks, value) &&
	       (rule->takes_placeholders || !secret_is_placeholder(value)) &&
	       !is_public(rule, value);
}

static struct secret_hit *add_hit(struct secret_scanner *s, const struct secret_rule *rule,
				  struct str value, struct str key)
{
	struct secret_hit *hit = vec_push(&s->hits);

	if (!hit) {
		s->is_cut = true;
		return NULL;
	}
	*hit = (struct secret_hit){.rule = rule,
				   .value = value,
				   .key = key,
				   .at = (size_t)(value.p - s->text.p),
				   .confidence = rule->confidence};
	if (rule->proofs && secret_passes(rule->proofs, value))
		hit->confidence = CERTAIN_CONFIDENCE;
	return hit;
}

static bool is_word(struct str text, size_t at)
{
	return at < text.n && char_is_alnum(text.p[at]);
}

#define GROUPS 4 /* alternatives may each have one */

struct found {
	struct str whole, secret;
};

/* The first group of the pattern that took part, or all of the match. */
static int match(struct secret_scanner *s, const struct secret_rule *rule, struct str text,
		 size_t from, struct found *ret)
{
	struct str groups[GROUPS] = {0};
	const struct regex *regex;
	int r = secret_set_regex(s->set, rule, &regex, s->err);

	if (r == 0)
		r = regex_find(regex, text, from, groups, GROUPS, s->err);
	if (r <= 0)
		return r;
	*ret = (struct found){groups[0], groups[0]};
	for (size_t i = 1; i < GROUPS; i++)
		if (groups[i].p) {
			ret->secret = groups[i];
			break;
		}
	return r;
}

/* ---- a pattern by itself ---- */

#define BASE64_RUN 32 /* bytes of base64 on one side: what is found is a piece of it */

static bool is_base64(struct str text, size_t at)
{
	return is_word(text, at) || (at < text.n && (text.p[at] == '+' || text.p[at] == '/'));
}

/* A token that begins behind the + or / of a long run of base64, or ends before one, is chance. */
static bool is_in_base64(struct str text, size_t start, size_t end)
{
	size_t before = 0, behind = 0;

	while (before < BASE64_RUN && before < start && is_base64(text, start - before - 1))
		before++;
	while (behind < BASE64_RUN && is_base64(text, end + behind))
		behind++;
	return before == BASE64_RUN || behind == BASE64_RUN;
}

/* Neither in the middle of a word nor ending in one. */
static bool stands_alone(struct str text, size_t start, size_t end)
{
	if (is_word(text, start) && start > 0 && is_word(text, start - 1))
		return false;
	return (end == 0 || !is_word(text, end - 1) || !is_word(text, end)) &&
	       !is_in_base64(text, start, end);
}

/* ---- values round a place ---- */

struct spreading {
	struct secret_scanner *s;
	const struct secret_rule *rule;
};

static bool on_value(void *context, struct str key, struct str value, double confidence)
{
	const struct spreading *sp = context;
	struct secret_hit *hit = add_hit(sp->s, sp->rule, value, key);

	if (hit)
		hit->confidence = confidence;
	return hit != NULL;
}

static int try_pattern(struct secret_scanner *s, size_t index, size_t to)
{
	const struct secret_trigger *t = vec_at(&s->set->triggers, index);
	struct str text = str_sub(s->text, 0, to + BEHIND);
	struct found found;
	size_t from = to > t->reach ? to - t->reach : 0, behind = s->done[index], start, end;
	int r;

	r = match(s, t->rule, text, from > behind ? from : behind, &found);
	if (r <= 0)
		return r;
	start = (size_t)(found.whole.p - s->text.p);
	end = start + found.whole.n;
	s->done[index] = end > to ? end : to;
	if (t->rule->is_bounded && !stands_alone(s->text, start, end))
		return 0;
	if (t->rule->is_spread) {
		struct spreading sp = {s, t->rule};

		s->done[index] = secret_manifest_each(s->text, behind, start, on_value, &sp);
		return 0;
	}
	if (holds(t->rule, found.secret)) {
		struct secret_hit *hit = add_hit(s, t->rule, found.secret, STR_NULL);

		if (hit && t->rule->context != CONTEXT_NONE)
			hit->confidence = secret_context_alone(found.secret, hit->confidence);
	}
	return 0;
}

/* ---- a value that is assigned to a name ---- */

static bool read_pair(struct secret_scanner *s, size_t at)
{
	size_t key = s->has_pair ? (size_t)(s->pair.key.p - s->text.p) : 0;

	if (s->has_pair && at >= key && at < key + s->pair.key.n)
		return s->pair.value.n > 0;
	s->has_pair = true;
	if (!secret_pair_read(s->text, at, &s->pair))
		s->pair.value.n = 0;
	return s->pair.value.n > 0;
}

static void add_by_context(struct secret_scanner *s, const struct secret_trigger *t,
			   struct str value)
{
	double sure = secret_context(t->rule->context, &s->pair, t->text);
	struct secret_hit *hit =
		sure >= CONTEXT_WORTH ? add_hit(s, t->rule, value, s->pair.key) : NULL;

	if (hit) {
		hit->confidence = sure;
		hit->is_bare = !s->pair.quote;
	}
}

/* Whether the value is longer than what matched: abc-def is not abc. */
static bool goes_on(struct str value, size_t at)
{
	return is_word(value, at) ||
	       (at < value.n && strchr("-_.", value.p[at]) && is_word(value, at + 1));
}

static int try_name(struct secret_scanner *s, size_t index, size_t to)
{
	const struct secret_trigger *t = vec_at(&s->set->triggers, index);
	struct found found;
	int r;

	if (!read_pair(s, to - 1) ||
	    !secret_key_has(s->pair.key, t->text, t->rule->context != CONTEXT_NONE))
		return 0;
	r = match(s, t->rule, s->pair.value, 0, &found);
	if (r <= 0)
		return r;
	if (goes_on(s->pair.value, found.whole.n) || !holds(t->rule, found.secret))
		return 0;
	if (t->rule->context == CONTEXT_NONE)
		add_hit(s, t->rule, found.secret, s->pair.key);
	else
		add_by_context(s, t, found.secret);
	return 0;
}

/* ---- together ---- */

static bool on_end(void *context, size_t index, size_t to)
{
	struct secret_scanner *s = context;
	const struct secret_trigger *t = vec_at(&s->set->triggers, index);

	if ((s->kind == SECRET_BINARY && !t->rule->in_binary) || to <= s->done[index])
		return true;
	if (s->n_tries++ >= LIMIT_SECRET_TRIES) {
		s->is_cut = true;
		return false;
	}
	s->result = t->kind == TRIGGER_NAME ? try_name(s, index, to) : try_pattern(s, index, to);
	return s->result == 0;
}

/* By offset; of those at one place the surest first, then the longest, then the first rule. */
static int compare(const void *a, const void *b)
{
	const struct secret_hit *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	if (x->confidence != y->confidence)
		return x->confidence > y->confidence ? -1 : 1;
	if (x->value.n != y->value.n)
		return x->value.n > y->value.n ? -1 : 1;
	return x->rule < y->rule ? -1 : x->rule > y->rule;
}

/* One value is one secret: of those that overlap the surest stays. */
static void keep_surest(struct vec *hits)
{
	size_t n = 0;

	vec_sort(hits, compare);
	for (size_t i = 0; i < hits->n; i++) {
		struct secret_hit *hit = vec_at(hits, i);
		struct secret_hit *last = n ? vec_at(hits, n - 1) : NULL;

		if (!last || hit->at >= last->at + last->value.n)
			*(struct secret_hit *)vec_at(hits, n++) = *hit;
		else if (hit->confidence > last->confidence)
			*last = *hit;
	}
	vec_cut(hits, n);
}

int secret_scan(struct secret_scanner *s, struct str text, enum secret_bytes kind,
		struct secret_hits *ret, struct err *err)
{
	int r;

	vec_cut(&s->hits, 0);
	memset(s->done, 0, s->set->triggers.n * sizeof *s->done);
	s->n_tries = 0;
	s->text = text;
	s->kind = kind;
	s->has_pair = s->is_cut = false;
	s->err = err;
	s->result = 0;
	r = secret_automaton_run(s->set->automaton, s->scratch, text, on_end, s, err);
	if (r < 0 || s->result < 0)
		return r < 0 ? r : s->result;
	keep_surest(&s->hits);
	*ret = (struct secret_hits){s->hits.p, s->hits.n, s->is_cut};
	return 0;
}
