/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "base/limits.h"
#include "package/purl.h"

/* One arena for a test; slices of results live in it. */
static struct arena arena;

static int set_up(void **state)
{
	arena_init(&arena, LIMIT_ARENA_BYTES);
	return 0;
}

static int tear_down(void **state)
{
	arena_done(&arena);
	return 0;
}

/* Text in, canonical text out. */
static const struct {
	const char *in, *want;
} round_trips[] = {
	{"pkg:generic/a", "pkg:generic/a"},
	{"PKG:Generic/a", "pkg:generic/a"},
	{"pkg:///generic/a", "pkg:generic/a"},
	{"pkg:generic/a/", "pkg:generic/a"},
	{"pkg:generic//n1///n2//a@1", "pkg:generic/n1/n2/a@1"},
	{"pkg:generic/a@", "pkg:generic/a"},
	{"pkg:generic/a?", "pkg:generic/a"},
	{"pkg:generic/a?&x=1&", "pkg:generic/a?x=1"},
	{"pkg:generic/a?b=2&a=1&A.b=3", "pkg:generic/a?a=1&a.b=3&b=2"},
	{"pkg:generic/a?x=&y=1", "pkg:generic/a?y=1"},
	{"pkg:generic/a?x=1=2/3:4+5", "pkg:generic/a?x=1%3D2%2F3:4%2B5"},
	{"pkg:generic/a#/x//./y/../z/", "pkg:generic/a#x/y/z"},
	{"pkg:generic/a#%2e%2E/%2e/etc", "pkg:generic/a#etc"},
	{"pkg:generic/a#..", "pkg:generic/a"},
	{"pkg:generic/a%2Fb@1/2", "pkg:generic/a%2Fb@1%2F2"},
	{"pkg:generic/a%3a%7e@1%2b~", "pkg:generic/a:~@1%2B~"},
	{"pkg:generic/a b@1 2?k=c d", "pkg:generic/a%20b@1%202?k=c%20d"},
	{"pkg:generic/\u00e4@%C3%A4", "pkg:generic/%C3%A4@%C3%A4"},
	{"pkg:generic/x@y@1", "pkg:generic/x%40y@1"},
	{"pkg:generic/100%25", "pkg:generic/100%25"},
	{"pkg:generic/a%00b", "pkg:generic/a%00b"},
	{"pkg:no-such.type/Ns/Name@V", "pkg:no-such.type/Ns/Name@V"},
};

TEST(writes_the_canonical_form_of_what_it_read)
{
	for (size_t i = 0; i < ARRAY_LEN(round_trips); i++) {
		CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_PURL_BYTES);
		CLEANUP(strbuf_done) struct strbuf again = STRBUF_INIT(LIMIT_PURL_BYTES);
		struct err err = {0};
		struct purl p;

		if (purl_parse(str_of(round_trips[i].in), &arena, &p, &err) < 0)
			fail_msg("%s: %s", round_trips[i].in, err.msg);
		assert_int_equal(purl_build(&p, &sb, &err), 0);
		assert_str(strbuf_str(&sb), round_trips[i].want);
		assert_int_equal(purl_parse(strbuf_str(&sb), &arena, &p, &err), 0);
		assert_int_equal(purl_build(&p, &again, &err), 0);
		assert_str(strbuf_str(&again), round_trips[i].want);
	}
}

TEST(takes_a_url_apart)
{
	struct purl p;

	assert_int_equal(purl_parse(STR("pkg:deb/Debian/lib%2Bx@1:2-3?distro=debian-12&arch=amd64"
					"#usr/share/%23x"),
				    &arena, &p, NULL),
			 0);
	assert_str(p.type, "deb");
	assert_str(p.namespace, "debian");
	assert_str(p.name, "lib+x");
	assert_str(p.version, "1:2-3");
	assert_int_equal(p.n_qualifiers, 2);
	assert_str(p.qualifiers[0].key, "arch");
	assert_str(purl_qualifier_value(&p, "distro"), "debian-12");
	assert_str(purl_qualifier_value(&p, "epoch"), "");
	assert_str(p.subpath, "usr/share/#x");
}

static const struct {
	const char *in;
	enum err_code code;
	const char *says;
} refused[] = {
	{"", ERR_FORMAT, "offset 0: no \"pkg:\" at the start"},
	{"npm/a@1", ERR_FORMAT, "offset 0: no \"pkg:\" at the start"},
	{"pkg%3Anpm/a", ERR_FORMAT, "offset 0: no \"pkg:\" at the start"},
	{"pkg:", ERR_FORMAT, "offset 4: no \"/\" and name behind the type \"\""},
	{"pkg:npm", ERR_FORMAT, "offset 7: no \"/\" and name behind the type \"npm\""},
	{"pkg:npm@1", ERR_FORMAT, "offset 9: no \"/\" and name behind the type \"npm@1\""},
	{"pkg:npm/", ERR_FORMAT, "offset 8: no name"},
	{"pkg:npm/@1", ERR_FORMAT, "offset 8: no name"},
	{"pkg:swift/h/u/@1", ERR_FORMAT, "offset 14: no name"},
	{"pkg:npm/%2F", ERR_FORMAT, "no name"},
	{"pkg:1npm/a", ERR_FORMAT, "type \"1npm\": begins with a letter"},
	{"pkg:n_m/a", ERR_FORMAT, "type \"n_m\""},
	{"pkg:n%6Dp/a", ERR_FORMAT, "type \"n%6Dp\""},
	{"pkg:npm:x/a", ERR_FORMAT, "type \"npm:x\""},
	{"pkg:npm/a%2", ERR_FORMAT, "offset 9: \"%\" without two hexadecimal digits in the name"},
	{"pkg:npm/a%", ERR_FORMAT, "offset 9"},
	{"pkg:npm/a@%zz", ERR_FORMAT,
	 "offset 10: \"%\" without two hexadecimal digits in the version"},
	{"pkg:npm/a?k=%g0", ERR_FORMAT, "in the value of a qualifier"},
	{"pkg:npm/x%2Fy/a", ERR_FORMAT,
	 "offset 9: an encoded \"/\" inside a segment of the namespace"},
	{"pkg:npm/a#x%2fy", ERR_FORMAT,
	 "offset 11: an encoded \"/\" inside a segment of the subpath"},
	{"pkg:npm/a%FF", ERR_FORMAT, "name: not UTF-8"},
	{"pkg:npm/a?k=\xff", ERR_FORMAT, "value of a qualifier: not UTF-8"},
	{"pkg:npm/a\tb", ERR_FORMAT, "offset 9: control byte 0x09"},
	{"pkg:npm/a?in prod=1", ERR_FORMAT, "qualifier \"in prod\": a key begins with a letter"},
	{"pkg:npm/a?1k=1", ERR_FORMAT, "qualifier \"1k\""},
	{"pkg:npm/a?k%2D=1", ERR_FORMAT, "qualifier \"k%2D\""},
	{"pkg:npm/a?=1", ERR_FORMAT, "qualifier \"\""},
	{"pkg:npm/a?b=1&k", ERR_FORMAT, "offset 14: qualifier \"k\" without \"=\""},
	{"pkg:npm/a?k=1&K=2", ERR_FORMAT, "qualifier \"k\": given twice"},
	{"pkg:npm/a?k=1?l=2", ERR_FORMAT,
	 "offset 13: a second \"?\", must be percent-encoded as %3F"},
	{"pkg:npm/a#b#c", ERR_FORMAT, "offset 11: a second \"#\", must be percent-encoded as %23"},
	{"pkg:npm/a@1?vers=vers:npm%2F%3E1", ERR_UNSUPPORTED, "qualifier \"vers\""},
};

TEST(says_what_is_wrong_and_where)
{
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		struct err err = {0};
		struct purl p;

		assert_int_equal(purl_parse(str_of(refused[i].in), &arena, &p, &err),
				 -(int)refused[i].code);
		assert_has(err.msg, refused[i].says);
	}
}

TEST(leaves_the_result_alone_when_it_fails)
{
	struct purl p = {.name = STR("before")};

	assert_true(purl_parse(STR("pkg:maven/a"), &arena, &p, NULL) < 0);
	assert_str(p.name, "before");
}

/* Qualifiers in any order and case, slashes around the parts. */
TEST(builds_from_parts_in_any_shape)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_PURL_BYTES);
	static const struct purl_qualifier qualifiers[] = {
		{STR("z"), STR("1")}, {STR("Arch"), STR("x 86")}, {STR("empty"), STR("")}};
	static const struct purl p = {
		.type = STR("GitHub"),
		.namespace = STR("/Owner/"),
		.name = STR("/Repo/"),
		.version = STR("v1@2"),
		.qualifiers = qualifiers,
		.n_qualifiers = 3,
		.subpath = STR("./a/../b"),
	};

	strbuf_adds(&sb, "> ");
	assert_int_equal(purl_build(&p, &sb, NULL), 0);
	assert_str(strbuf_str(&sb), "> pkg:github/owner/repo@v1%402?arch=x%2086&z=1#a/b");
}

TEST(appends_nothing_when_it_cannot_build)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT((size_t)LIMIT_PURL_BYTES * 4);
	static char long_name[LIMIT_PURL_BYTES];
	struct purl p = {.type = STR("maven"), .name = STR("a")};
	struct err err = {0};

	strbuf_adds(&sb, "kept");
	assert_int_equal(purl_build(&p, &sb, &err), -ERR_UNSUPPORTED);
	assert_string_equal(err.msg, "type \"maven\" needs a namespace (groupId)");
	memset(long_name, 'a', sizeof long_name);
	p = (struct purl){.type = STR("npm"), .name = str_make(long_name, sizeof long_name)};
	assert_int_equal(purl_build(&p, &sb, &err), -ERR_LIMIT);
	assert_has(err.msg, "longer than purl_bytes (65536)");
	p = (struct purl){.name = STR("a")};
	assert_int_equal(purl_build(&p, &sb, &err), -ERR_FORMAT);
	assert_has(err.msg, "no type");
	assert_str(strbuf_str(&sb), "kept");
}

TEST(refuses_a_url_above_the_limit)
{
	static char text[LIMIT_PURL_BYTES + 1];
	struct err err = {0};
	struct purl p;

	memset(text, 'a', sizeof text);
	memcpy(text, "pkg:npm/", 8);
	assert_int_equal(purl_parse(str_make(text, sizeof text), &arena, &p, &err), -ERR_LIMIT);
	assert_has(err.msg, "longer than purl_bytes (65536)");
	assert_int_equal(purl_parse(str_make(text, sizeof text - 1), &arena, &p, &err), 0);
}

TEST(reads_loosely_what_a_type_refuses)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_PURL_BYTES);
	struct purl p;

	assert_true(purl_parse(STR("pkg:golang/stdlib@1.22"), &arena, &p, NULL) < 0);
	assert_int_equal(purl_parse_loose(STR("pkg:Golang/stdlib@1.22"), &arena, &p, NULL), 0);
	assert_int_equal(purl_build_loose(&p, &sb, NULL), 0);
	assert_str(strbuf_str(&sb), "pkg:golang/stdlib@1.22");
	assert_true(purl_parse_loose(STR("pkg:golang/"), &arena, &p, NULL) < 0);
}

TEST(survives_every_failing_allocation)
{
	struct str text = STR("pkg:PyPI/A_b%20c@1.0RC?B=%31&A=2#x//y%20z");
	struct purl p;
	size_t n = 0;

	for (size_t i = 1; i < 100; i++) {
		struct arena a;
		struct err err = {0};
		int r;

		arena_init(&a, LIMIT_ARENA_BYTES);
		arena_fail_after(&a, i);
		r = purl_parse(text, &a, &p, &err);
		arena_done(&a);
		if (r == 0)
			break;
		assert_int_equal(r, -ERR_NOMEM);
		n++;
	}
	assert_in_range(n, 8, 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(writes_the_canonical_form_of_what_it_read),
		RUN(takes_a_url_apart),
		RUN(says_what_is_wrong_and_where),
		RUN(leaves_the_result_alone_when_it_fails),
		RUN(builds_from_parts_in_any_shape),
		RUN(appends_nothing_when_it_cannot_build),
		RUN(refuses_a_url_above_the_limit),
		RUN(reads_loosely_what_a_type_refuses),
		RUN(survives_every_failing_allocation),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
