/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "base/limits.h"
#include "package/purl_type.h"

static const struct {
	const char *id;
	enum purl_requirement namespace;
} types[] = {
	{"alpm", PURL_REQUIRED},
	{"apk", PURL_REQUIRED},
	{"bazel", PURL_PROHIBITED},
	{"bitbucket", PURL_REQUIRED},
	{"bitnami", PURL_PROHIBITED},
	{"brew", PURL_OPTIONAL},
	{"cargo", PURL_PROHIBITED},
	{"chrome-extension", PURL_PROHIBITED},
	{"cocoapods", PURL_PROHIBITED},
	{"composer", PURL_REQUIRED},
	{"conan", PURL_OPTIONAL},
	{"conda", PURL_PROHIBITED},
	{"cpan", PURL_OPTIONAL},
	{"cran", PURL_PROHIBITED},
	{"deb", PURL_REQUIRED},
	{"docker", PURL_OPTIONAL},
	{"gem", PURL_PROHIBITED},
	{"generic", PURL_OPTIONAL},
	{"git", PURL_REQUIRED},
	{"github", PURL_REQUIRED},
	{"golang", PURL_REQUIRED},
	{"hackage", PURL_PROHIBITED},
	{"hex", PURL_OPTIONAL},
	{"huggingface", PURL_REQUIRED},
	{"julia", PURL_PROHIBITED},
	{"luarocks", PURL_OPTIONAL},
	{"maven", PURL_REQUIRED},
	{"mlflow", PURL_PROHIBITED},
	{"npm", PURL_OPTIONAL},
	{"nuget", PURL_PROHIBITED},
	{"oci", PURL_PROHIBITED},
	{"opam", PURL_PROHIBITED},
	{"otp", PURL_PROHIBITED},
	{"pub", PURL_PROHIBITED},
	{"pypi", PURL_PROHIBITED},
	{"qpkg", PURL_REQUIRED},
	{"rpm", PURL_REQUIRED},
	{"swid", PURL_OPTIONAL},
	{"swift", PURL_REQUIRED},
	{"vcpkg", PURL_PROHIBITED},
	{"vscode-extension", PURL_REQUIRED},
	{"yocto", PURL_OPTIONAL},
};

TEST(knows_every_registered_type)
{
	assert_int_equal(n_purl_types, ARRAY_LEN(types));
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		const struct purl_type *t = purl_type_find(str_of(types[i].id));

		assert_non_null(t);
		assert_string_equal(t->id, types[i].id);
		assert_int_equal(t->namespace, types[i].namespace);
		if (t->namespace == PURL_REQUIRED)
			assert_non_null(t->namespace_means);
		if (i)
			assert_true(strcmp(purl_types[i - 1].id, purl_types[i].id) < 0);
	}
	assert_null(purl_type_find(STR("gitlab")));
	assert_null(purl_type_find(STR("zzz")));
	assert_null(purl_type_find(STR_NULL));
}

/* What each type makes of a URL: its canonical form, or the message. */
static const struct {
	const char *in, *want;
} rows[] = {
	{"pkg:alpm/Arch/Pacman@6.0-A", "pkg:alpm/arch/pacman@6.0-A"},
	{"pkg:alpm/pacman@6", "type \"alpm\" needs a namespace (vendor)"},
	{"pkg:apk/Alpine/Curl@8-R0", "pkg:apk/alpine/curl@8-R0"},
	{"pkg:apk/curl", "type \"apk\" needs a namespace (vendor)"},
	{"pkg:bazel/Rules@1#//Java:x", "pkg:bazel/Rules@1#Java:x"},
	{"pkg:bazel/a/b", "namespace \"a\": type \"bazel\" has none"},
	{"pkg:bitbucket/Me/Repo@Tag", "pkg:bitbucket/me/repo@Tag"},
	{"pkg:bitbucket/repo", "type \"bitbucket\" needs a namespace (user or organization)"},
	{"pkg:bitnami/WordPress@6?Arch=ARM64", "pkg:bitnami/wordpress@6?arch=ARM64"},
	{"pkg:bitnami/x/wordpress", "namespace \"x\": type \"bitnami\" has none"},
	{"pkg:brew/Org/Tap/App%4012@1A", "pkg:brew/org/tap/app%4012@1A"},
	{"pkg:cargo/Rand@0.7.2-RC", "pkg:cargo/Rand@0.7.2-RC"},
	{"pkg:cargo/x/rand", "namespace \"x\": type \"cargo\" has none"},
	{"pkg:chrome-extension/ABCDEFGHIJKLMNOPabcdefghijklmnop@1.22.333.4",
	 "pkg:chrome-extension/abcdefghijklmnopabcdefghijklmnop@1.22.333.4"},
	{"pkg:chrome-extension/abcdefghijklmnopabcdefghijklmno",
	 "name \"abcdefghijklmnopabcdefghijklmno\": type \"chrome-extension\" needs"},
	{"pkg:chrome-extension/qbcdefghijklmnopabcdefghijklmnop", "32 letters from a to p"},
	{"pkg:chrome-extension/abcdefghijklmnopabcdefghijklmnop@1.2.3.4.5", "one to four numbers"},
	{"pkg:chrome-extension/abcdefghijklmnopabcdefghijklmnop@1..2", "one to four numbers"},
	{"pkg:chrome-extension/abcdefghijklmnopabcdefghijklmnop@1.", "one to four numbers"},
	{"pkg:cocoapods/AFNetworking@4#Sub", "pkg:cocoapods/AFNetworking@4#Sub"},
	{"pkg:cocoapods/NSData%2Bzlib", "no white space and no \"+\""},
	{"pkg:cocoapods/a%20b", "no white space"},
	{"pkg:cocoapods/.hidden", "does not begin with a dot"},
	{"pkg:composer/Laravel/Framework@V5", "pkg:composer/laravel/framework@V5"},
	{"pkg:composer/framework", "type \"composer\" needs a namespace (vendor)"},
	{"pkg:conan/OpenSSL.org/openssl@3", "pkg:conan/OpenSSL.org/openssl@3"},
	{"pkg:conan/zlib@1?user=me&channel=stable", "pkg:conan/zlib@1?channel=stable&user=me"},
	{"pkg:conan/me/zlib@1?channel=stable", "pkg:conan/me/zlib@1?channel=stable"},
	{"pkg:conan/zlib@1?channel=stable", "qualifier \"channel\": type \"conan\" needs the user"},
	{"pkg:conda/main/numpy", "namespace \"main\": type \"conda\" has none"},
	{"pkg:cpan/drolsky/DateTime@1.55", "pkg:cpan/DROLSKY/DateTime@1.55"},
	{"pkg:cpan/URI::PackageURL", "type \"cpan\" names distributions"},
	{"pkg:cran/A3@1", "pkg:cran/A3@1"},
	{"pkg:cran/x/A3@1", "namespace \"x\": type \"cran\" has none"},
	{"pkg:deb/Debian/LibX@1A", "pkg:deb/debian/libx@1A"},
	{"pkg:deb/curl", "type \"deb\" needs a namespace (vendor)"},
	{"pkg:docker/Library/Debian@Latest", "pkg:docker/Library/Debian@Latest"},
	{"pkg:gem/x/rails", "namespace \"x\": type \"gem\" has none"},
	{"pkg:git/gitlab.example.com/GNOME/sub/Fonts.git@V1",
	 "pkg:git/gitlab.example.com/GNOME/sub/Fonts.git@V1"},
	{"pkg:git/fonts", "type \"git\" needs a namespace (host)"},
	{"pkg:github/Package-URL/Purl-Spec@AbC", "pkg:github/package-url/purl-spec@AbC"},
	{"pkg:golang/github.com/BurntSushi/Toml@v1", "pkg:golang/github.com/BurntSushi/Toml@v1"},
	{"pkg:golang/stdlib@1", "type \"golang\" needs a namespace"},
	{"pkg:hackage/AC_Half%20Integer@1", "pkg:hackage/AC-Half-Integer@1"},
	{"pkg:hex/Acme/Foo@1.0-RC", "pkg:hex/acme/foo@1.0-RC"},
	{"pkg:huggingface/Org/Model@ABCDEF", "pkg:huggingface/Org/Model@abcdef"},
	{"pkg:huggingface/model@a", "type \"huggingface\" needs a namespace"},
	{"pkg:julia/Dates@1", "type \"julia\" needs the qualifier \"uuid\""},
	{"pkg:julia/Dates@1?uuid=", "type \"julia\" needs the qualifier \"uuid\""},
	{"pkg:julia/x/Dates?uuid=1", "namespace \"x\": type \"julia\" has none"},
	{"pkg:luarocks/Hisham/LuaFS@1.8-A", "pkg:luarocks/hisham/luafs@1.8-A"},
	{"pkg:maven/G/A@V", "pkg:maven/G/A@V"},
	{"pkg:maven/a@1", "type \"maven\" needs a namespace (groupId)"},
	{"pkg:mlflow/Model@3", "pkg:mlflow/Model@3"},
	{"pkg:mlflow/Model?repository_url=https://ADB-1.AzureDatabricks.net/x",
	 "pkg:mlflow/model?repository_url=https:%2F%2FADB-1.AzureDatabricks.net%2Fx"},
	{"pkg:mlflow/Model?repository_url=https://x.example.com/databricks",
	 "pkg:mlflow/Model?repository_url=https:%2F%2Fx.example.com%2Fdatabricks"},
	{"pkg:npm/@Scope/Pkg", "pkg:npm/%40Scope/Pkg"},
	{"pkg:npm/@Scope/Pkg@1", "pkg:npm/%40Scope/Pkg@1"},
	{"pkg:nuget/Lib.Common@1-RC", "pkg:nuget/Lib.Common@1-RC"},
	{"pkg:nuget/x/Lib", "namespace \"x\": type \"nuget\" has none"},
	{"pkg:oci/Debian@SHA256:ABC?tag=Latest", "pkg:oci/debian@sha256:abc?tag=Latest"},
	{"pkg:oci/library/debian", "namespace \"library\": type \"oci\" has none"},
	{"pkg:opam/git@3/16.1", "pkg:opam/git@3%2F16.1"},
	{"pkg:otp/ASN1@5A#Src/X.erl", "pkg:otp/asn1@5A#src/x.erl"},
	{"pkg:otp/x/hex", "namespace \"x\": type \"otp\" has none"},
	{"pkg:pub/Flutter-Down.loader\u00e4@1A", "pkg:pub/flutter_down_loader_@1A"},
	{"pkg:pypi/Zope.Interface_X@1.0RC1?file_name=A_B.whl",
	 "pkg:pypi/zope.interface-x@1.0rc1?file_name=A_B.whl"},
	{"pkg:pypi/x/y", "namespace \"x\": type \"pypi\" has none"},
	{"pkg:qpkg/BlackBerry/Com.QNX@7A", "pkg:qpkg/blackberry/Com.QNX@7A"},
	{"pkg:rpm/Fedora/SDL2@1-1.FC25", "pkg:rpm/fedora/SDL2@1-1.FC25"},
	{"pkg:rpm/curl@1-1", "type \"rpm\" needs a namespace (vendor)"},
	{"pkg:swid/Acme@1", "type \"swid\" needs the qualifier \"tag_id\""},
	{"pkg:swid/Acme@1?tag_id=75B8C285-FA7B-485b-b199-4745e3004d0D",
	 "pkg:swid/Acme@1?tag_id=75b8c285-fa7b-485b-b199-4745e3004d0d"},
	{"pkg:swid/Acme@1?tag_id=Not-A-Guid", "pkg:swid/Acme@1?tag_id=Not-A-Guid"},
	{"pkg:swid/a/b/c/Acme?tag_id=x", "namespace of 3 segments"},
	{"pkg:swid/Acme?tag_id=x&tag_version=1a",
	 "qualifier \"tag_version\": \"1a\" is no integer"},
	{"pkg:swift/github.com/Alamofire/Alamofire@5",
	 "pkg:swift/github.com/Alamofire/Alamofire@5"},
	{"pkg:swift/Alamofire@5", "type \"swift\" needs a namespace (host and"},
	{"pkg:vcpkg/boost/asio", "namespace \"boost\": type \"vcpkg\" has none"},
	{"pkg:vscode-extension/RedHat/Java@1.0-RC?platform=Linux",
	 "pkg:vscode-extension/redhat/java@1.0-rc?platform=Linux"},
	{"pkg:yocto/Core/Glibc@2A?repository_url=git://x.example.com/y",
	 "pkg:yocto/core/Glibc@2A?repository_url=git:%2F%2Fx.example.com%2Fy"},
	{"pkg:yocto/glibc?repository_url=x.example.com",
	 "needs a URL with https, http, ssh or git"},
	{"pkg:gitlab/Unregistered/Keeps@Case", "pkg:gitlab/Unregistered/Keeps@Case"},
};

TEST(applies_the_rules_of_each_type)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_PURL_BYTES);
		struct err err = {0};
		struct arena a;
		struct purl p;

		arena_init(&a, LIMIT_ARENA_BYTES);
		if (purl_parse(str_of(rows[i].in), &a, &p, &err) == 0) {
			assert_int_equal(purl_build(&p, &sb, &err), 0);
			assert_str(strbuf_str(&sb), rows[i].want);
		} else {
			assert_int_equal(err.code, ERR_UNSUPPORTED);
			assert_has(err.msg, rows[i].want);
		}
		arena_done(&a);
	}
}

/* The name of a git repository is a path, wherever its parts were put. */
TEST(git_divides_the_path_behind_the_host)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_PURL_BYTES);
	static const struct purl in = {
		.type = STR("git"), .namespace = STR("h.example.com/a"), .name = STR("b//c")};
	struct arena a;
	struct purl p;

	arena_init(&a, LIMIT_ARENA_BYTES);
	assert_int_equal(purl_build(&in, &sb, NULL), 0);
	assert_str(strbuf_str(&sb), "pkg:git/h.example.com/a/b/c");
	assert_int_equal(purl_parse(strbuf_str(&sb), &a, &p, NULL), 0);
	assert_str(p.namespace, "h.example.com");
	assert_str(p.name, "a/b/c");
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(knows_every_registered_type),
		RUN(applies_the_rules_of_each_type),
		RUN(git_divides_the_path_behind_the_host),
	};

	return RUN_ALL(tests);
}
