/* SPDX-License-Identifier: Apache-2.0 */
#include "secret/secret_example.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "codec/base64.h"
#include "codec/checksum.h"
#include "codec/yaml.h"
#include "secret/secret_file.h"

#define DIGITS	  "0123456789"
#define SMALL	  "abcdefghijklmnopqrstuvwxyz"
#define LARGE	  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

#define DRAWN_MAX 4096 /* characters of one ${SET:N} */
#define BASE64	  STR("base64:")

static const struct {
	const char *name, *letters;
} sets[] = {
	{"base62", LARGE SMALL DIGITS},
	{"base64", LARGE SMALL DIGITS "+/"},
	{"base64url", LARGE SMALL DIGITS "-_"},
	{"base32", LARGE "234567"},
	{"base32lower", SMALL "234567"},
	{"bech32", "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"},
	{"letters", LARGE SMALL},
	{"lower", SMALL},
	{"upper", LARGE},
	{"alnum", SMALL DIGITS},
	{"ALNUM", LARGE DIGITS},
	{"digits", DIGITS},
	{"hex", DIGITS "abcdef"},
	{"HEX", DIGITS "ABCDEF"},
	{"x", "x"}, /* what people write in place of a value */
	{"X", "X"},
	{"0", "0"},
};

/* SplitMix64: https://prng.di.unimi.it/splitmix64.c; nothing here needs to be unguessable. */
static uint64_t draw(uint64_t *seed)
{
	uint64_t z = *seed += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

static const char *find_set(struct str name)
{
	for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++)
		if (str_is(name, sets[i].name))
			return sets[i].letters;
	return NULL;
}

static int fill_one(struct str what, uint64_t *seed, struct strbuf *out, struct err *err)
{
	struct str name, count;
	const char *letters;
	uint64_t n;

	if (!str_cut(what, ':', &name, &count) || !str_parse_u64(count, &n) || n > DRAWN_MAX)
		return err_set(err, ERR_FORMAT, "\"${%.*s}\": ${SET:N} is expected, N up to %d",
			       STR_FMT(what), DRAWN_MAX);
	letters = find_set(name);
	if (!letters)
		return err_set(err, ERR_FORMAT, "there is no set of characters \"%.*s\"",
			       STR_FMT(name));
	while (n-- > 0)
		strbuf_addc(out, letters[draw(seed) % strlen(letters)]);
	return 0;
}

int secret_example_fill(struct str text, uint64_t *seed, struct strbuf *out, struct err *err)
{
	while (text.n > 0) {
		size_t at = str_find(text, STR("${"));
		struct str what;
		int r;

		strbuf_add(out, str_sub(text, 0, at));
		text = str_skip(text, at);
		if (text.n == 0)
			break;
		text = str_skip(text, 2);
		if (!str_cut(text, '}', &what, &text))
			return err_set(err, ERR_FORMAT, "\"${\" without its \"}\"");
		r = fill_one(what, seed, out, err);
		if (r < 0)
			return r;
	}
	return strbuf_check(out, err);
}

struct running {
	const struct secret_set *set;
	struct secret_scanner *scanner;
	struct vec found; /* struct secret_hit, of files */
	struct strbuf bytes;
	uint64_t seed;
	secret_on_example on_example;
	void *context;
	struct err *err;
};

static bool is_found(const struct secret_hits *hits, const struct secret_rule *rule)
{
	for (size_t i = 0; i < hits->n; i++)
		if (hits->p[i].rule == rule)
			return true;
	return false;
}

/* Its first line is the path; what follows is the file, as it is or behind "base64:". */
static int look_at_file(struct running *run, struct str text, struct secret_hits *ret)
{
	struct str path;
	int r = 0;

	if (!str_pull_line(&text, &path))
		return err_set(run->err, ERR_FORMAT, "the example has no path");
	if (str_has_prefix(text, BASE64)) {
		strbuf_reset(&run->bytes);
		r = base64_decode(str_skip(text, BASE64.n), BASE64_STANDARD, &run->bytes, run->err);
		text = strbuf_str(&run->bytes);
	}
	if (r < 0)
		return r;
	vec_cut(&run->found, 0);
	r = secret_file_look(run->set, path, text, true, &run->found, run->err);
	*ret = (struct secret_hits){.p = run->found.p, .n = run->found.n};
	return r;
}

static int run_one(struct running *run, struct secret_example *x)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(LIMIT_SECRET_VALUE_BYTES);
	uint64_t seed = run->seed ^ checksum_of(x->text); /* whatever examples stand before it */
	struct secret_hits hits;
	int r = secret_example_fill(x->text, &seed, &text, run->err);

	if (r == 0 && x->rule->file_kind < SECRET_N_FILE_KINDS)
		r = look_at_file(run, strbuf_str(&text), &hits);
	else if (r == 0)
		r = secret_scan(run->scanner, strbuf_str(&text), SECRET_TEXT, &hits, run->err);
	if (r < 0)
		return err_wrap(run->err, r, "%.*s:%zu", STR_FMT(x->rule->file), x->line);
	x->held = is_found(&hits, x->rule) == x->is_true;
	return run->on_example(run->context, x, run->err);
}

static int run_list(struct running *run, const struct secret_rule *rule,
		    const struct yaml_node *list, bool is_true)
{
	int r = 0;

	for (size_t i = 0; i < yaml_len(list) && r == 0; i++) {
		const struct yaml_node *node = yaml_at(list, i);
		struct secret_example x = {.rule = rule,
					   .text = yaml_str(node),
					   .line = yaml_line(node),
					   .is_true = is_true};

		r = run_one(run, &x);
	}
	return r;
}

int secret_examples_run(const struct secret_set *set, uint64_t seed, secret_on_example on_example,
			void *context, struct err *err)
{
	CLEANUP(secret_scanner_freep) struct secret_scanner *scanner = NULL;
	struct running run = {.set = set,
			      .found = VEC_INIT(struct secret_hit, LIMIT_SECRET_HITS),
			      .bytes = STRBUF_INIT(LIMIT_SECRET_VALUE_BYTES),
			      .seed = seed,
			      .on_example = on_example,
			      .context = context,
			      .err = err};
	const struct secret_rule *rule;
	int r = secret_scanner_new(set, &scanner, err);

	run.scanner = scanner;
	for (size_t i = 0; r == 0 && (rule = secret_set_at(set, i)); i++) {
		r = run_list(&run, rule, yaml_get(rule->examples, "true"), true);
		if (r == 0)
			r = run_list(&run, rule, yaml_get(rule->examples, "false"), false);
	}
	vec_done(&run.found);
	strbuf_done(&run.bytes);
	return r;
}
