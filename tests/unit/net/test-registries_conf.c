/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "base/strbuf.h"
#include "net/registries_conf.h"

static const char conf_text[] =
	"unqualified-search-registries = ['r1.example.com', 'r2.example.com/sub/']\n"
	"[[registry]]\n"
	"prefix = 'docker.io'\n"
	"location = 'hub.example.com/proxy'\n"
	"[[registry.mirror]]\n"
	"location = 'm1.example.com:5000/hub'\n"
	"insecure = true\n"
	"[[registry.mirror]]\n"
	"location = 'm2.example.com'\n"
	"pull-from-mirror = 'tag-only'\n"
	"[[registry]]\n"
	"prefix = 'docker.io/team/blocked'\n"
	"blocked = true\n"
	"[[registry]]\n"
	"location = 'strict.example.com'\n"
	"insecure = false\n"
	"mirror-by-digest-only = true\n"
	"[[registry.mirror]]\n"
	"location = 'm3.example.com'\n"
	"[[registry]]\n"
	"prefix = '*.wild.example.com'\n"
	"insecure = true\n"
	"[[registry]]\n"
	"prefix = '*.moved.example.com'\n"
	"location = 'new.example.com/x'\n"
	"[aliases]\n"
	"'short' = 'quay.example.com/o/short'\n";

/* domain path security pull m; security: - ! ?, pull: a d t */
static const struct {
	const char *domain, *path, *want;
} rows[] = {
	{"docker.io", "library/a",
	 "m1.example.com:5000 hub/library/a ? a m;m2.example.com library/a - t m;"
	 "hub.example.com proxy/library/a - a;"},
	{"docker.io", "team/blocked", "!registries.conf blocks docker.io/team/blocked"},
	{"docker.io", "team/blocked/x", "!registries.conf blocks"},
	{"docker.io", "team/blockedx",
	 "m1.example.com:5000 hub/team/blockedx ? a m;m2.example.com team/blockedx - t m;"
	 "hub.example.com proxy/team/blockedx - a;"},
	{"strict.example.com", "a", "m3.example.com a - d m;strict.example.com a ! a;"},
	{"other.example.com", "a/b", "other.example.com a/b - a;"},
	{"x.wild.example.com", "a", "x.wild.example.com a ? a;"},
	{"wild.example.com", "a", "wild.example.com a - a;"},
	{"x.moved.example.com", "a/b", "new.example.com x/a/b - a;"},
};

static void print(const struct vec *places, struct strbuf *sb)
{
	for (size_t i = 0; i < places->n; i++) {
		const struct registry_place *p = vec_at(places, i);

		strbuf_addf(sb, "%.*s %.*s %c %c%s;", STR_FMT(p->domain), STR_FMT(p->path),
			    "-!?"[p->security], "adt"[p->pull], p -> is_mirror ? " m" : "");
	}
}

TEST(resolves_mirrors_locations_and_blocks)
{
	CLEANUP(registries_conf_freep) struct registries_conf *c = registries_conf_new();
	struct arena arena;
	struct err err = {0};

	arena_init(&arena, 1 << 20);
	if (registries_conf_parse(c, "x.conf", str_of(conf_text), &err) < 0)
		fail_msg("%s", err.msg);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(4096);
		struct vec places = VEC_INIT(struct registry_place, 10);
		int r = registries_conf_resolve(c, str_of(rows[i].domain), str_of(rows[i].path),
						&arena, &places, &err);

		print(&places, &sb);
		if (rows[i].want[0] == '!') {
			assert_int_equal(r, -ERR_DENIED);
			assert_has(err.msg, rows[i].want + 1);
		} else {
			assert_int_equal(r, 0);
			assert_str(strbuf_str(&sb), rows[i].want);
		}
		vec_done(&places);
	}
	arena_done(&arena);
}

TEST(searches_short_names)
{
	CLEANUP(registries_conf_freep) struct registries_conf *c = registries_conf_new();
	struct vec names = VEC_INIT(struct str, 10);
	struct arena arena;

	arena_init(&arena, 1 << 20);
	assert_int_equal(registries_conf_parse(c, "x.conf", str_of(conf_text), NULL), 0);
	assert_int_equal(registries_conf_search(c, STR("short"), &arena, &names, NULL), 0);
	assert_int_equal(names.n, 1);
	assert_str(*(struct str *)vec_at(&names, 0), "quay.example.com/o/short");
	vec_cut(&names, 0);
	assert_int_equal(registries_conf_search(c, STR("a/b"), &arena, &names, NULL), 0);
	assert_int_equal(names.n, 2);
	assert_str(*(struct str *)vec_at(&names, 1), "r2.example.com/sub/a/b");
	vec_done(&names);
	arena_done(&arena);
}

TEST(a_later_file_replaces_the_same_prefix)
{
	CLEANUP(registries_conf_freep) struct registries_conf *c = registries_conf_new();
	struct vec places = VEC_INIT(struct registry_place, 10);
	struct arena arena;

	arena_init(&arena, 1 << 20);
	assert_int_equal(registries_conf_parse(c, "1", str_of(conf_text), NULL), 0);
	assert_int_equal(
		registries_conf_parse(c, "2", STR("[[registry]]\nlocation='docker.io'\n"), NULL),
		0);
	assert_int_equal(
		registries_conf_resolve(c, STR("docker.io"), STR("a/b"), &arena, &places, NULL), 0);
	assert_int_equal(places.n, 1);
	vec_done(&places);
	arena_done(&arena);
}

static const struct {
	const char *in, *says;
} bad[] = {
	{"a = ", "x.conf: line 1"},
	{"\n[[registry]]\ninsecure = true", "x.conf: line 2: a registry with neither"},
	{"[[registry]]\nlocation='a'\n[[registry.mirror]]\n",
	 "line 3: a mirror without a location"},
	{"[[registry]]\nlocation='a'\n[[registry.mirror]]\nlocation='b'\npull-from-mirror='x'",
	 "line 5: pull-from-mirror"},
	{"unqualified-search-registries = 'a'", "is no list"},
	{"unqualified-search-registries = [1]", "not the name of a registry"},
	{"[registries.search]\nregistries = ['a']", "version 1"},
};

TEST(says_file_and_line)
{
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		CLEANUP(registries_conf_freep) struct registries_conf *c = registries_conf_new();
		struct err err = {0};

		if (registries_conf_parse(c, "x.conf", str_of(bad[i].in), &err) >= 0)
			fail_msg("taken: %s", bad[i].in);
		assert_has(err.msg, bad[i].says);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(resolves_mirrors_locations_and_blocks),
		RUN(searches_short_names),
		RUN(a_later_file_replaces_the_same_prefix),
		RUN(says_file_and_line),
	};

	return RUN_ALL(tests);
}
