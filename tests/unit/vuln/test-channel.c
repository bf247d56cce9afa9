/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"
#include "vuln/channel.h"

struct row {
	const char *shard, *name, *version, *repository, *channel;
	enum channel_weight want;
};

static void check_all(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct row *r = &rows[i];
		struct str repository = str_of(r->repository);
		const struct channel_build b = {str_of(r->shard),
						str_of(r->name),
						str_of(r->version),
						{&repository, repository.n ? 1 : 0}};
		enum channel_weight got = channel_weigh(&b, str_of(r->channel));

		if (got != r->want)
			fail_msg("%s %s %s, from \"%s\", of \"%s\": got %d, want %d", r->shard,
				 r->name, r->version, r->repository, r->channel, (int)got,
				 (int)r->want);
	}
}

TEST(a_release_without_channels_counts)
{
	static const struct row rows[] = {
		{"debian-12", "x", "1", "", "", CHANNEL_RELEASE},
		{"npm", "x", "1.0.0-fips.ksplice1", "", "", CHANNEL_RELEASE},
		{"sles-15.3", "x", "1", "", "SUSE Module Basesystem", CHANNEL_RELEASE},
		{"sles-15.1", "x", "1", "", "ltss", CHANNEL_OFFER},
	};

	check_all(rows, ARRAY_LEN(rows));
}

TEST(ubuntu_offers_esm_and_keeps_fips_apart)
{
	static const struct row rows[] = {
		{"ubuntu-18.04", "x", "1", "", "", CHANNEL_RELEASE},
		{"ubuntu-18.04", "x", "1", "", "esm", CHANNEL_OFFER},
		{"ubuntu-18.04", "x", "1+esm1", "", "esm-apps", CHANNEL_OFFER},
		{"ubuntu-18.04", "x", "1+esm1", "", "", CHANNEL_RELEASE},
		{"ubuntu-18.04", "x", "1", "", "fips", CHANNEL_SILENT},
		{"ubuntu-18.04", "x", "1.fips.2", "", "fips", CHANNEL_OWN},
		{"ubuntu-18.04", "x", "1+Fips2", "", "fips-preview", CHANNEL_OWN},
		{"ubuntu-18.04", "x", "1+Fips2", "", "", CHANNEL_SILENT},
		{"ubuntu-18.04", "linux-aws-fips", "1", "", "fips-updates", CHANNEL_OWN},
	};

	check_all(rows, ARRAY_LEN(rows));
}

TEST(red_hat_names_repositories)
{
	static const struct row rows[] = {
		{"rhel-9", "x", "1", "", "enterprise_linux:9", CHANNEL_RELEASE},
		{"rhel-9", "x", "1", "", "enterprise_linux:9::crb", CHANNEL_RELEASE},
		{"rhel-7", "x", "1", "", "rhel_extras:7", CHANNEL_RELEASE},
		{"rhel-9", "x", "1", "", "rhel_eus:9.2", CHANNEL_SILENT},
		{"rhel-9", "x", "1", "", "rhel_e4s:9.2::appstream", CHANNEL_SILENT},
		{"rhel-9", "x", "1", "", "openshift:4.12::el9", CHANNEL_SILENT},
		{"rhel-9", "x", "1", "openshift:4.12::el9", "openshift:4.12::el9", CHANNEL_OWN},
		{"rhel-9", "x", "1", "rhel_eus:9.2", "rhel_eus:9.2::appstream", CHANNEL_OWN},
		{"rhel-9", "x", "1", "rhel_eus:9.2::appstream", "rhel_eus:9.2", CHANNEL_OWN},
		{"rhel-9", "x", "1", "rhel_eus:9.20", "rhel_eus:9.2", CHANNEL_SILENT},
		{"rhel-9", "x", "1", "rhel_eus:9.4", "rhel_eus:9.2", CHANNEL_SILENT},
		{"rhel-9", "x", "1-1.el9_2", "", "rhel_eus:9.2", CHANNEL_FIX_ONLY},
		{"rhel-9", "x", "1-1.el9_2.3", "", "rhel_aus:9.2", CHANNEL_FIX_ONLY},
		{"rhel-9", "x", "1-1.el9_20", "", "rhel_eus:9.2", CHANNEL_SILENT},
		{"rhel-9", "x", "1-1.el9_2", "", "openshift:9.2", CHANNEL_SILENT},
		{"rhel-9", "x", "1-1.el9_2", "", "rhel_eus", CHANNEL_SILENT},
		{"rhel-9", "x", "1-1.el9_2", "", "rhel_eus:", CHANNEL_SILENT},
	};

	check_all(rows, ARRAY_LEN(rows));
}

TEST(oracle_and_amazon_have_flavours_and_topics)
{
	static const struct row rows[] = {
		{"oraclelinux-8", "x", "1.el8", "", "", CHANNEL_RELEASE},
		{"oraclelinux-8", "x", "1.el8", "", "ksplice", CHANNEL_SILENT},
		{"oraclelinux-8", "x", "2:1.ksplice1.el8", "", "ksplice", CHANNEL_RELEASE},
		{"oraclelinux-8", "x", "2:1.ksplice1.el8", "", "", CHANNEL_SILENT},
		{"oraclelinux-8", "x", "10:1.el8_fips", "", "fips", CHANNEL_RELEASE},
		{"amazonlinux-2", "kernel", "5.10.1", "", "extras:kernel-5.10", CHANNEL_RELEASE},
		{"amazonlinux-2", "kernel", "5.1.1", "", "extras:kernel-5.10", CHANNEL_SILENT},
		{"amazonlinux-2", "kernel", "5.100.1", "", "extras:kernel-5.10", CHANNEL_SILENT},
		{"amazonlinux-2", "php", "0:8.0.1", "", "extras:php8.0", CHANNEL_RELEASE},
		{"amazonlinux-2", "runc", "1.1", "", "extras:docker", CHANNEL_RELEASE},
		{"amazonlinux-2", "docker", "1.1", "", "extras:docker", CHANNEL_RELEASE},
	};

	check_all(rows, ARRAY_LEN(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(a_release_without_channels_counts),
		RUN(ubuntu_offers_esm_and_keeps_fips_apart),
		RUN(red_hat_names_repositories),
		RUN(oracle_and_amazon_have_flavours_and_topics),
	};

	return RUN_ALL(tests);
}
