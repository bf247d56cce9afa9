/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"
#include "vuln/vendor.h"

TEST(a_package_is_the_distribution_s_own_or_foreign)
{
	static const struct {
		const char *release, *base, *type, *vendor;
		bool want;
	} rows[] = {
		{"almalinux-9", "rhel-9", "rpm", "AlmaLinux", false},
		{"almalinux-9", "rhel-9", "rpm", "almalinux packaging", false},
		{"almalinux-9", "", "rpm", "Fedora Project", true},
		{"rhel-9", "", "rpm", "Red Hat, Inc.", false},
		{"rhel-9", "", "rpm", "Fedora Project", true},
		{"rhel-9", "", "rpm", "Docker", true},
		{"centos-7", "rhel-7", "rpm", "CentOS", false},
		{"centos-stream-9", "rhel-9", "rpm", "CentOS", false},
		{"amazonlinux-2023", "", "rpm", "Amazon Linux", false},
		{"opensuse-leap-15.5", "sles-15.5", "rpm", "SUSE LLC <https://www.suse.com/>",
		 false},
		{"opensuse-leap-15.5", "", "rpm", "openSUSE", false},
		{"opensuse-leap-15.5", "", "rpm", "obs://build.opensuse.org/home:me", true},
		{"sles-15.5", "", "rpm", "SUSE LLC <https://www.suse.com/>", false},
		{"photon-3.0", "", "rpm", "VMware, Inc.", false},
		{"oraclelinux-8", "rhel-8", "rpm", "Oracle America", false},
		/* nothing says so */
		{"almalinux-9", "", "rpm", "", false},
		{"unheardof-9", "", "rpm", "Somebody", false},
		{"debian-12", "", "deb", "NGINX Packaging", false},
		{"", "", "rpm", "Somebody", false},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct distro d = {.release = str_of(rows[i].release),
					 .base_release = str_of(rows[i].base)};
		const struct package p = {.type = str_of(rows[i].type),
					  .vendor = str_of(rows[i].vendor)};

		if (vendor_is_foreign(&d, &p) != rows[i].want)
			fail_msg("%s \"%s\"", rows[i].release, rows[i].vendor);
	}
}

TEST(a_deb_is_doubtful_by_its_version_or_maintainer)
{
	static const struct {
		const char *release, *type, *version, *vendor;
		bool want;
	} rows[] = {
		{"debian-12", "deb", "15.5-1.pgdg120+1", "Somebody <a@debian.org>", true},
		{"debian-12", "deb", "18.19.0-1nodesource1", "", true},
		{"ubuntu-22.04", "deb", "1.2-1~ppa1", "Ubuntu Developers <a@ubuntu.com>", true},
		{"debian-12", "deb", "5:24.0.7-1~debian.12", "Docker <support@docker.com>", true},
		{"debian-12", "deb", "1.25.3-1~bookworm", "NGINX Packaging <x@f5.com>", true},
		{"ubuntu-22.04", "deb", "1.0", "Example Inc <help@example.com>", true},
		/* the distribution's own, or nothing says otherwise */
		{"debian-12", "deb", "3.0.11-1~deb12u2", "Debian OpenSSL Team <a@debian.org>",
		 false},
		{"debian-12", "deb", "1.22.1-9~bpo11+1", "A Person <person@example.com>", false},
		{"ubuntu-22.04", "deb", "3.0.2-0ubuntu1", "Ubuntu Developers <a@ubuntu.com>",
		 false},
		{"ubuntu-22.04", "deb", "2.4", "A Person <person@debian.org>", false},
		{"ubuntu-22.04", "deb", "2.4", "", false},
		{"rhel-9", "rpm", "15.5-1PGDG.rhel9", "PGDG", false},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct distro d = {.release = str_of(rows[i].release)};
		struct package p = {.type = str_of(rows[i].type),
				    .version = str_of(rows[i].version),
				    .vendor = str_of(rows[i].vendor)};

		if (vendor_is_doubtful(&d, &p) != rows[i].want)
			fail_msg("row %zu: %s %s", i, rows[i].version, rows[i].vendor);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(a_deb_is_doubtful_by_its_version_or_maintainer),
		RUN(a_package_is_the_distribution_s_own_or_foreign),
	};

	return RUN_ALL(tests);
}
