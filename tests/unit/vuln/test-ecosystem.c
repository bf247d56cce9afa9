/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"
#include "vuln/ecosystem.h"

TEST(names_of_osv_become_shards_and_channels)
{
	static const struct {
		const char *name, *shard, *channel;
	} rows[] = {
		{"npm", "npm", ""},
		{"PyPI", "pypi", ""},
		{"crates.io", "cargo", ""},
		{"Go", "go", ""},
		{"Packagist:https://packages.example.com/8", "composer", ""},
		{"Debian:12", "debian-12", ""},
		{"Debian:6.0", "debian-6", ""},
		{"Ubuntu:22.04:LTS", "ubuntu-22.04", ""},
		{"Ubuntu:23.10", "ubuntu-23.10", ""},
		{"Ubuntu:Pro:18.04:LTS", "ubuntu-18.04", "esm"},
		{"Ubuntu:Pro:FIPS-updates:20.04:LTS", "ubuntu-20.04", "fips-updates"},
		{"Alpine:v3.20", "alpine-3.20", ""},
		{"Alpine:edge", "alpine-edge", ""},
		{"Rocky Linux:9", "rocky-9", ""},
		{"AlmaLinux:8", "almalinux-8", ""},
		{"Azure Linux:3", "azurelinux-3.0", ""},
		{"Photon OS:5.0", "photon-5.0", ""},
		{"Wolfi", "wolfi", ""},
		{"Red Hat:rhel_eus:9.2::appstream", "rhel-9", "rhel_eus:9.2::appstream"},
		{"Red Hat:enterprise_linux:8::baseos", "rhel-8", "enterprise_linux:8::baseos"},
		{"openSUSE:Leap 15.5", "opensuse-leap-15.5", ""},
		{"openSUSE:Tumbleweed", "opensuse-tumbleweed", ""},
		{"SUSE:Linux Enterprise Server 15 SP3", "sles-15.3", ""},
		{"SUSE:Package Hub 12", "sles-12", "package hub 12"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct ecosystem e;

		if (!ecosystem_of_osv(str_of(rows[i].name), &e))
			fail_msg("%s is not known", rows[i].name);
		assert_string_equal(e.shard, rows[i].shard);
		assert_string_equal(e.channel, rows[i].channel);
		assert_true(ecosystem_is_shard(str_of(e.shard)));
		assert_non_null(ecosystem_scheme(str_of(e.shard)));
	}
}

TEST(what_names_no_shard_is_refused)
{
	static const char *const rows[] = {
		"",
		":",
		"Debian",
		"Debian:",
		"Ubuntu:Pro",
		"Ubuntu:LTS",
		"Nonesuch:1",
		"npm2",
		"Alpine:v3/../x",
		"Red Hat:",
		"Red Hat:rhel_eus",
		"SUSE:Leap",
		"[EMPTY]",
	};
	struct ecosystem e;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (ecosystem_of_osv(str_of(rows[i]), &e))
			fail_msg("%s gives %s", rows[i], e.shard);
	assert_false(ecosystem_is_shard(STR("../etc")));
	assert_false(ecosystem_is_shard(STR("Debian-12")));
	assert_false(ecosystem_is_shard(STR("")));
	assert_false(ecosystem_is_shard(STR(".db")));
}

TEST(a_scheme_is_that_of_the_longest_key)
{
	assert_string_equal(ecosystem_scheme(STR("opensuse-leap-15.5")), "redhat");
	assert_string_equal(ecosystem_scheme(STR("ubuntu-22.04")), "debian");
	assert_string_equal(ecosystem_scheme(STR("ruby")), "rubygems");
	assert_string_equal(ecosystem_scheme(STR("go")), "golang");
	assert_null(ecosystem_scheme(STR("goo-1")));
	assert_string_equal(ecosystem_of_purl_type(STR("gem")), "gem");
	assert_string_equal(ecosystem_of_purl_type(STR("golang")), "go");
	assert_null(ecosystem_of_purl_type(STR("")));
	assert_null(ecosystem_of_purl_type(STR("deb")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(names_of_osv_become_shards_and_channels),
		RUN(what_names_no_shard_is_refused),
		RUN(a_scheme_is_that_of_the_longest_key),
	};

	return RUN_ALL(tests);
}
