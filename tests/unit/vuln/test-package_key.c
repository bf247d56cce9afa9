/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/package_key.h"
#include "tests/unit/test.h"

TEST(names_are_folded_as_their_registry_does)
{
	static const struct {
		const char *shard, *name, *want;
	} rows[] = {
		{"pypi", "requests", "requests"},
		{"pypi", "Zope.Interface", "zope-interface"},
		{"pypi", "a._-B__c", "a-b-c"},
		{"pypi", "_x", "-x"},
		{"npm", "JSONStream", "JSONStream"},
		{"composer", "Symfony/HTTP-Kernel", "symfony/http-kernel"},
		{"nuget", "Newtonsoft.Json", "newtonsoft.json"},
		{"maven", "org.Apache:Commons", "org.Apache:Commons"},
		{"go", "github.com/Masterminds/semver", "github.com/Masterminds/semver"},
		{"swift", "https://github.com/Apple/Swift-NIO.git", "github.com/apple/swift-nio"},
		{"debian-12", "libX11", "libX11"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena a;

		arena_init(&a, 1000);
		assert_str(package_key(str_of(rows[i].shard), str_of(rows[i].name), &a),
			   rows[i].want);
		arena_done(&a);
	}
}

TEST(a_full_arena_gives_no_name)
{
	struct arena a;

	arena_init(&a, 0);
	assert_null(package_key(STR("pypi"), STR("A"), &a).p);
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(names_are_folded_as_their_registry_does),
		RUN(a_full_arena_gives_no_name),
	};

	return RUN_ALL(tests);
}
