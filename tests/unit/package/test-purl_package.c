/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "base/limits.h"
#include "package/package.h"
#include "package/purl.h"

static const struct str sourcerpm[] = {STR("buildtime=1"), STR("sourcerpm=b-1-1.nosrc.rpm")};

static const struct {
	struct package p;
	const char *id, *release, *want;
} rows[] = {
	{{.type = STR("deb"),
	  .name = STR("curl"),
	  .version = STR("7.88.1-10+deb12u5"),
	  .arch = STR("amd64")},
	 "debian",
	 "debian-12",
	 "pkg:deb/debian/curl@7.88.1-10%2Bdeb12u5?arch=amd64&distro=debian-12"},
	{{.type = STR("deb"),
	  .name = STR("libc6"),
	  .version = STR("2.36-9"),
	  .arch = STR("amd64"),
	  .source_name = STR("glibc")},
	 "debian",
	 "debian-12",
	 "pkg:deb/debian/libc6@2.36-9?arch=amd64&distro=debian-12&upstream=glibc"},
	{{.type = STR("deb"),
	  .name = STR("a"),
	  .version = STR("1"),
	  .source_name = STR("a"),
	  .source_version = STR("1")},
	 "debian",
	 "debian-12",
	 "pkg:deb/debian/a@1?distro=debian-12"},
	{{.type = STR("deb"),
	  .name = STR("a"),
	  .version = STR("1+b1"),
	  .source_name = STR("a"),
	  .source_version = STR("1")},
	 "debian",
	 "debian-12",
	 "pkg:deb/debian/a@1%2Bb1?distro=debian-12&upstream=a%401"},
	{{.type = STR("deb"), .name = STR("a"), .version = STR("1+b1"), .source_version = STR("1")},
	 "debian",
	 "debian-12",
	 "pkg:deb/debian/a@1%2Bb1?distro=debian-12&upstream=a%401"},
	{{.type = STR("deb"), .name = STR("a"), .version = STR("1")}, "", "", "pkg:deb/a@1"},
	{{.type = STR("deb"), .name = STR("a"), .version = STR("")},
	 "ubuntu",
	 "ubuntu-22.04",
	 "pkg:deb/ubuntu/a?distro=ubuntu-22.04"},
	{{.type = STR("rpm"),
	  .name = STR("bash"),
	  .version = STR("5.1.8-6.el9"),
	  .arch = STR("x86_64"),
	  .source_name = STR("bash")},
	 "almalinux",
	 "almalinux-9.3",
	 "pkg:rpm/almalinux/bash@5.1.8-6.el9?arch=x86_64&distro=almalinux-9.3"
	 "&upstream=bash-5.1.8-6.el9.src.rpm"},
	{{.type = STR("rpm"),
	  .name = STR("npm"),
	  .version = STR("1:8.1-2"),
	  .arch = STR("x86_64"),
	  .source_name = STR("nodejs"),
	  .source_version = STR("1:16.2-2"),
	  .modularity = STR("nodejs:16:8040:abc")},
	 "rhel",
	 "rhel-8.4",
	 "pkg:rpm/redhat/npm@8.1-2?arch=x86_64&distro=rhel-8.4&epoch=1&rpmmod=nodejs:16:8040:abc"
	 "&upstream=nodejs-16.2-2.src.rpm"},
	{{.type = STR("rpm"),
	  .name = STR("b"),
	  .version = STR("1-1"),
	  .source_name = STR("b"),
	  .attributes = {sourcerpm, 2}},
	 "sles",
	 "sles-15.5",
	 "pkg:rpm/suse/b@1-1?distro=sles-15.5&upstream=b-1-1.nosrc.rpm"},
	{{.type = STR("rpm"), .name = STR("b"), .version = STR("1-1")},
	 "opensuse-leap",
	 "opensuse-leap-15.5",
	 "pkg:rpm/opensuse/b@1-1?distro=opensuse-leap-15.5"},
	{{.type = STR("rpm"), .name = STR("gpg-pubkey"), .version = STR("8483c65d-5ccc5b19")},
	 "",
	 "",
	 "pkg:rpm/gpg-pubkey@8483c65d-5ccc5b19"},
	{{.type = STR("apk"),
	  .name = STR("libcrypto3"),
	  .version = STR("3.1.4-r1"),
	  .arch = STR("x86_64"),
	  .source_name = STR("openssl")},
	 "alpine",
	 "alpine-3.18.9",
	 "pkg:apk/alpine/libcrypto3@3.1.4-r1?arch=x86_64&distro=alpine-3.18.9&upstream=openssl"},
	{{.type = STR("apk"), .name = STR("zlib"), .version = STR("1"), .source_name = STR("zlib")},
	 "wolfi",
	 "wolfi-20230201",
	 "pkg:apk/wolfi/zlib@1?distro=wolfi-20230201"},
	{{.type = STR("alpm"),
	  .name = STR("gcc-libs"),
	  .version = STR("1:13-1"),
	  .arch = STR("x86_64"),
	  .source_name = STR("gcc")},
	 "arch",
	 "arch",
	 "pkg:alpm/arch/gcc-libs@1:13-1?arch=x86_64&distro=arch&upstream=gcc"},
	{{.type = STR("opkg"),
	  .name = STR("busybox"),
	  .version = STR("1.36-1"),
	  .arch = STR("mips")},
	 "openwrt",
	 "openwrt-23.05",
	 "pkg:opkg/openwrt/busybox@1.36-1?arch=mips&distro=openwrt-23.05"},
	{{.type = STR("generic"), .name = STR("App"), .version = STR("1")},
	 "debian",
	 "debian-12",
	 "pkg:generic/App@1"},
	{{.type = STR("ebuild"),
	  .namespace = STR("dev-lang"),
	  .name = STR("go"),
	  .version = STR("1.21"),
	  .arch = STR("amd64")},
	 "gentoo",
	 "gentoo-2.14",
	 "pkg:ebuild/dev-lang/go@1.21?arch=amd64"},
};

TEST(names_an_installed_package_as_the_field_does)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_PURL_BYTES);
		struct err err = {0};

		if (purl_of_package(&rows[i].p, str_of(rows[i].id), str_of(rows[i].release), &sb,
				    &err) < 0)
			fail_msg("%s: %s", rows[i].want, err.msg);
		assert_str(strbuf_str(&sb), rows[i].want);
	}
}

TEST(says_why_a_package_has_no_url)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_PURL_BYTES);
	struct package p = {.type = STR("deb"), .name = STR("caf\xe9"), .version = STR("1")};
	struct err err = {0};

	assert_int_equal(purl_of_package(&p, STR("debian"), STR_NULL, &sb, &err), -ERR_FORMAT);
	assert_string_equal(err.msg, "name: not UTF-8");
	p.name = STR_NULL;
	assert_int_equal(purl_of_package(&p, STR("debian"), STR_NULL, &sb, &err), -ERR_FORMAT);
	assert_has(err.msg, "no name");
	assert_int_equal(sb.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(names_an_installed_package_as_the_field_does),
		RUN(says_why_a_package_has_no_url),
	};

	return RUN_ALL(tests);
}
