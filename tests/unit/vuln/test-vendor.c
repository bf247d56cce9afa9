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

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(a_package_is_the_distribution_s_own_or_foreign),
	};

	return RUN_ALL(tests);
}
