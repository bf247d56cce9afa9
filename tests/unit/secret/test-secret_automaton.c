/* SPDX-License-Identifier: Apache-2.0 */
/* What was compiled is kept as bytes: the same hits from them, nothing from damaged ones. */
#include "tests/unit/test.h"

#include "base/limits.h"
#include "secret/secret_set.h"

#define PACK                                                                                       \
	"secrets: t\nrules:\n  - {id: a, title: A, severity: high, pattern: 'tok_[0-9a-z]{8}'}\n"
#define OTHER PACK "  - {id: b, title: B, severity: high, pattern: 'key_[0-9a-z]{8}'}\n"

static struct secret_set *set_of(const char *pack)
{
	struct secret_set *set = NULL;
	struct err err = {0};

	assert_int_equal(secret_set_new(&set, &err), 0);
	assert_int_equal(secret_set_add_pack(set, str_of(pack), STR("t.yaml"), &err), 0);
	return set;
}

static void save(struct strbuf *out)
{
	CLEANUP(secret_set_freep) struct secret_set *set = set_of(PACK);

	assert_int_equal(secret_set_compile(set, NULL), 0);
	assert_int_equal(secret_set_save(set, out, NULL), 0);
}

TEST(saved_bytes_find_the_same)
{
	CLEANUP(strbuf_done) struct strbuf bytes = STRBUF_INIT(LIMIT_OUTPUT_BYTES);
	CLEANUP(secret_set_freep) struct secret_set *set = set_of(PACK);
	CLEANUP(secret_scanner_freep) struct secret_scanner *s = NULL;
	struct secret_hits hits;

	save(&bytes);
	assert_true(secret_set_load(set, strbuf_str(&bytes)));
	assert_int_equal(secret_scanner_new(set, &s, NULL), 0);
	assert_int_equal(secret_scan(s, STR("x tok_8f3k29dq x"), SECRET_TEXT, &hits, NULL), 0);
	assert_int_equal(hits.n, 1);
	assert_int_equal(hits.p[0].at, 2);
	assert_int_equal(hits.p[0].value.n, 12);
}

TEST(damaged_bytes_and_those_of_other_rules_are_refused)
{
	CLEANUP(strbuf_done) struct strbuf bytes = STRBUF_INIT(LIMIT_OUTPUT_BYTES);
	CLEANUP(secret_set_freep) struct secret_set *set = set_of(PACK);
	CLEANUP(secret_set_freep) struct secret_set *other = set_of(OTHER);

	save(&bytes);
	assert_false(secret_set_load(other, strbuf_str(&bytes)));
	assert_true(secret_set_hash(set) != secret_set_hash(other));
	for (size_t n = 0; n < bytes.n; n = 2 * n + 1)
		assert_false(secret_set_load(set, str_sub(strbuf_str(&bytes), 0, n)));
	for (size_t at = 0; at < bytes.n; at += 97) {
		bytes.p[at] ^= 1;
		assert_false(secret_set_load(set, strbuf_str(&bytes)));
		bytes.p[at] ^= 1;
	}
	assert_true(secret_set_load(set, strbuf_str(&bytes)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(saved_bytes_find_the_same),
		RUN(damaged_bytes_and_those_of_other_rules_are_refused),
	};

	return RUN_ALL(tests);
}
