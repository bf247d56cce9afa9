/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/certificate.h"
#include "base/limits.h"
#include "tests/unit/test_ca.h"

/* As long as the object: certificates of OpenSSL, read by us. */
struct parsed {
	struct test_cert made;
	struct certificate *cert;
};

static void make(struct parsed *p, const struct parsed *issuer, struct test_cert_plan plan)
{
	struct err err = {0};

	test_cert_make(&p->made, issuer ? &issuer->made : NULL, plan);
	certificate_free(p->cert);
	p->cert = NULL;
	if (certificate_parse(test_cert_der(&p->made), &p->cert, &err) < 0)
		fail_msg("%s", err.msg);
}

static void done(struct parsed *p)
{
	test_cert_done(&p->made);
	certificate_free(p->cert);
	*p = (struct parsed){0};
}

static int chain_of(const struct parsed *leaf, const struct parsed *between,
		    const struct parsed *root, const char *use, int64_t at, struct err *err)
{
	struct certificate *anchors[] = {root->cert};
	struct certificate *others[] = {between ? between->cert : NULL};
	struct certificate_wants wants = {
		.at = at,
		.anchors = anchors,
		.n_anchors = 1,
		.intermediates = others,
		.n_intermediates = between != NULL,
		.use = use,
	};
	struct certificate_chain chain = {0};
	int r = certificate_chain(leaf->cert, &wants, &chain, err);

	if (r == 0) {
		assert_ptr_equal(chain.at[0], leaf->cert);
		assert_ptr_equal(chain.at[chain.n - 1], root->cert);
	}
	return r;
}

TEST(a_certificate_tells_what_is_in_it)
{
	const char *const extensions[] = {"subjectAltName",
					  "critical,URI:https://example.com/"
					  "a,email:a@example.com,DNS:example.com,IP:127.0.0.1",
					  "1.3.6.1.4.1.57264.1.8",
					  "ASN1:UTF8String:https://issuer.example.com", NULL};
	struct parsed root = {0}, leaf = {0};
	struct str value;
	unsigned usage = 0;
	bool critical = true;

	make(&root, NULL, (struct test_cert_plan){.name = "Root", .is_ca = true});
	make(&leaf, &root,
	     (struct test_cert_plan){.name = "Leaf, \xc3\xa4",
				     .eku = "codeSigning,emailProtection",
				     .serial = 0x1234,
				     .extensions = extensions});
	assert_str(certificate_subject(leaf.cert), "CN=Leaf\\, \xc3\xa4,O=Example,ST=WA,C=US");
	assert_str(certificate_issuer(leaf.cert), "CN=Root,O=Example,ST=WA,C=US");
	assert_str(certificate_serial(leaf.cert), "1234");
	assert_int_equal(certificate_not_before(leaf.cert), TEST_NOT_BEFORE);
	assert_int_equal(certificate_not_after(leaf.cert), TEST_NOT_AFTER);
	assert_true(certificate_is_valid_at(leaf.cert, TEST_NOT_AFTER));
	assert_false(certificate_is_valid_at(leaf.cert, TEST_NOT_AFTER + 1));
	assert_true(certificate_is_ca(root.cert) && !certificate_is_ca(leaf.cert));
	assert_true(certificate_is_self_signed(root.cert));
	assert_false(certificate_is_self_signed(leaf.cert));
	assert_int_equal(certificate_path_length(root.cert), -1);
	assert_true(certificate_key_usage(leaf.cert, &usage, &critical));
	assert_int_equal(usage, CERTIFICATE_DIGITAL_SIGNATURE);
	assert_true(critical);
	assert_int_equal(certificate_use_count(leaf.cert, &critical), 2);
	assert_false(critical);
	assert_true(certificate_has_use(leaf.cert, CERTIFICATE_USE_EMAIL));
	assert_false(certificate_has_use(leaf.cert, CERTIFICATE_USE_TIMESTAMP));
	assert_int_equal(certificate_name_count(leaf.cert), 4);
	assert_int_equal(certificate_name_at(leaf.cert, 0).kind, CERTIFICATE_NAME_URI);
	assert_str(certificate_name_at(leaf.cert, 0).value, "https://example.com/a");
	assert_int_equal(certificate_name_at(leaf.cert, 1).kind, CERTIFICATE_NAME_EMAIL);
	assert_int_equal(certificate_name_at(leaf.cert, 3).kind, CERTIFICATE_NAME_OTHER);
	assert_true(certificate_extension(leaf.cert, "1.3.6.1.4.1.57264.1.8", &value, &critical));
	assert_true(value.n == 28 && value.p[0] == 0x0c);
	assert_false(certificate_extension(leaf.cert, "1.2.3", &value, NULL));
	done(&leaf);
	done(&root);
}

TEST(parts_of_a_subject_are_in_its_order)
{
	struct certificate_attribute *parts;
	struct parsed root = {0};
	struct arena arena;
	size_t n = 0;

	arena_init(&arena, LIMIT_ARENA_BYTES);
	make(&root, NULL, (struct test_cert_plan){.name = "a+b", .is_ca = true});
	assert_int_equal(certificate_subject_parts(root.cert, &arena, &parts, &n, NULL), 0);
	assert_int_equal(n, 4);
	assert_str(parts[0].type, "C");
	assert_str(parts[0].value, "US");
	assert_str(parts[3].type, "CN");
	assert_str(parts[3].value, "a+b");
	arena_done(&arena);
	done(&root);
}

TEST(pem_and_der_are_the_same_certificate)
{
	CLEANUP(strbuf_done) struct strbuf pem = STRBUF_INIT(65536);
	CLEANUP(certificate_list_done) struct certificate_list list = {0};
	CLEANUP(certificate_freep) struct certificate *again = NULL;
	struct parsed root = {0};
	struct err err = {0};

	make(&root, NULL, (struct test_cert_plan){.name = "Root", .is_ca = true});
	strbuf_adds(&pem, "subject=Root\n");
	assert_int_equal(certificate_format(root.cert, &pem, NULL), 0);
	assert_int_equal(certificate_parse(strbuf_str(&pem), &again, &err), 0);
	assert_true(certificate_same(again, root.cert));
	assert_int_equal(certificate_format(root.cert, &pem, NULL), 0);
	assert_int_equal(certificate_list_parse(strbuf_str(&pem), 2, &list, &err), 0);
	assert_int_equal(list.n, 2);
	certificate_list_done(&list);
	assert_int_equal(certificate_list_parse(strbuf_str(&pem), 1, &list, &err), -ERR_LIMIT);
	certificate_freep(&again);
	assert_int_equal(certificate_parse(strbuf_str(&pem), &again, &err), -ERR_FORMAT);
	assert_has(err.msg, "2 certificates where one is wanted");
	done(&root);
}

TEST(what_is_no_certificate_is_refused)
{
	CLEANUP(certificate_freep) struct certificate *cert = NULL;
	CLEANUP(strbuf_done) struct strbuf longer = STRBUF_INIT(65536);
	const char *const pem = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
	struct parsed root = {0};
	struct str der;
	struct err err = {0};

	make(&root, NULL, (struct test_cert_plan){.name = "Root", .is_ca = true});
	der = test_cert_der(&root.made);
	strbuf_add(&longer, der);
	strbuf_addc(&longer, 0);
	assert_int_equal(certificate_parse(strbuf_str(&longer), &cert, &err), -ERR_FORMAT);
	assert_has(err.msg, "not a certificate in PEM or DER");
	assert_int_equal(certificate_parse(str_sub(der, 0, der.n - 1), &cert, &err), -ERR_FORMAT);
	assert_int_equal(certificate_parse(STR_NULL, &cert, &err), -ERR_FORMAT);
	assert_int_equal(certificate_parse(str_of(pem), &cert, &err), -ERR_FORMAT);
	assert_has(err.msg, "a PEM block \"PRIVATE KEY\"");
	done(&root);
}

TEST(an_extension_that_is_there_twice_is_refused)
{
	CLEANUP(certificate_freep) struct certificate *cert = NULL;
	const char *const twice[] = {"1.2.3.4", "ASN1:UTF8String:a", "1.2.3.4", "ASN1:UTF8String:b",
				     NULL};
	struct test_cert made = {0};
	struct err err = {0};

	test_cert_make(&made, NULL, (struct test_cert_plan){.name = "x", .extensions = twice});
	assert_int_equal(certificate_parse(test_cert_der(&made), &cert, &err), -ERR_FORMAT);
	assert_has(err.msg, "is twice");
	test_cert_done(&made);
}

TEST(a_name_with_a_nul_inside_is_refused)
{
	CLEANUP(certificate_freep) struct certificate *cert = NULL;
	/* dNSName "a\0b" */
	const char *const names[] = {"2.5.29.17", "DER:30:05:82:03:61:00:62", NULL};
	struct test_cert made = {0};
	struct err err = {0};

	test_cert_make(&made, NULL, (struct test_cert_plan){.name = "x", .extensions = names});
	assert_int_equal(certificate_parse(test_cert_der(&made), &cert, &err), -ERR_FORMAT);
	assert_has(err.msg, "is no text");
	test_cert_done(&made);
}

TEST(keys_that_are_too_weak_make_no_certificate)
{
	CLEANUP(certificate_freep) struct certificate *cert = NULL;
	struct test_cert made = {0};
	struct err err = {0};

	test_cert_make(&made, NULL, (struct test_cert_plan){.name = "x", .key = "RSA:1024"});
	assert_int_equal(certificate_parse(test_cert_der(&made), &cert, &err), -ERR_DENIED);
	assert_has(err.msg, "an RSA key of 1024 bits");
	test_cert_done(&made);
}

TEST(a_chain_holds_only_as_a_whole_and_at_its_time)
{
	const struct {
		struct test_cert_plan between, leaf;
		int64_t at;
		const char *use, *why;
	} rows[] = {
		{{.is_ca = true}, {.eku = "codeSigning"}, TEST_TIME, CERTIFICATE_USE_CODE, NULL},
		{{.is_ca = true}, {0}, TEST_TIME, NULL, NULL},
		{{.is_ca = true}, {.eku = "codeSigning"}, TEST_NOT_BEFORE, NULL, NULL},
		{{.is_ca = true}, {.eku = "codeSigning"}, TEST_NOT_AFTER - 1, NULL, NULL},
		{{.is_ca = true}, {.eku = "codeSigning"}, TEST_NOT_AFTER + 1, NULL, "has expired"},
		{{.is_ca = true}, {0}, TEST_NOT_BEFORE - 1, NULL, "not yet valid"},
		{{.is_ca = true, .not_after = TEST_TIME - 1}, {0}, TEST_TIME, NULL, "has expired"},
		{{.is_ca = true}, {0}, TEST_TIME, CERTIFICATE_USE_CODE, "not for this use"},
		{{.is_ca = true, .eku = "timeStamping"},
		 {.eku = "codeSigning"},
		 TEST_TIME,
		 CERTIFICATE_USE_CODE,
		 "not for this use"},
		{{.is_ca = true, .eku = "anyExtendedKeyUsage"},
		 {.eku = "codeSigning"},
		 TEST_TIME,
		 CERTIFICATE_USE_CODE,
		 NULL},
		{{.is_ca = false}, {0}, TEST_TIME, NULL, "invalid CA certificate"},
		{{.is_ca = true, .usage = "critical,digitalSignature"},
		 {0},
		 TEST_TIME,
		 NULL,
		 "invalid CA"},
		{{.is_ca = true, .constraints = "critical,CA:TRUE,pathlen:0"},
		 {.is_ca = true},
		 TEST_TIME,
		 NULL,
		 NULL}, /* the leaf issues nothing here */
		{{.is_ca = true, .digest = "SHA1"}, {0}, TEST_TIME, NULL, "too weak"},
		{{.is_ca = true}, {.digest = "SHA1"}, TEST_TIME, NULL, "too weak"},
	};
	struct parsed root = {0}, between = {0}, leaf = {0};

	make(&root, NULL, (struct test_cert_plan){.name = "Root", .is_ca = true});
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct test_cert_plan b = rows[i].between, l = rows[i].leaf;
		struct err err = {0};
		int r;

		b.name = "Between";
		l.name = "Leaf";
		make(&between, &root, b);
		make(&leaf, &between, l);
		r = chain_of(&leaf, &between, &root, rows[i].use, rows[i].at, &err);
		if ((r == 0) != !rows[i].why || (r < 0 && !strstr(err.msg, rows[i].why)))
			fail_msg("row %zu: %d %s", i, r, err.msg);
	}
	done(&leaf);
	done(&between);
	done(&root);
}

TEST(an_anchor_that_does_not_say_that_it_is_a_ca_is_none)
{
	struct parsed root = {0}, leaf = {0};
	struct err err = {0};

	make(&root, NULL,
	     (struct test_cert_plan){.name = "Root", .is_ca = true, .constraints = ""});
	make(&leaf, &root, (struct test_cert_plan){.name = "Leaf"});
	assert_int_equal(chain_of(&leaf, NULL, &root, NULL, TEST_TIME, &err), -ERR_DENIED);
	assert_has(err.msg, "issued a certificate but is no CA");
	done(&leaf);
	done(&root);
}

TEST(a_path_may_be_no_longer_than_its_ca_says)
{
	struct parsed root = {0}, between = {0}, leaf = {0};
	struct err err = {0};

	make(&root, NULL,
	     (struct test_cert_plan){
		     .name = "Root", .is_ca = true, .constraints = "critical,CA:TRUE,pathlen:0"});
	make(&between, &root, (struct test_cert_plan){.name = "Between", .is_ca = true});
	make(&leaf, &between, (struct test_cert_plan){.name = "Leaf"});
	assert_int_equal(chain_of(&leaf, &between, &root, NULL, TEST_TIME, &err), -ERR_DENIED);
	assert_has(err.msg, "path length");
	done(&leaf);
	done(&between);
	done(&root);
}

TEST(names_must_be_within_the_constraints_of_the_ca)
{
	const char *const only[] = {"nameConstraints", "critical,permitted;URI:.example.com", NULL};
	const char *const inside[] = {"subjectAltName", "URI:https://a.example.com/x", NULL};
	const char *const outside[] = {"subjectAltName", "URI:https://a.example.org/x", NULL};
	struct parsed root = {0}, leaf = {0};
	struct err err = {0};

	make(&root, NULL,
	     (struct test_cert_plan){.name = "Root", .is_ca = true, .extensions = only});
	make(&leaf, &root, (struct test_cert_plan){.name = "Leaf", .extensions = inside});
	assert_int_equal(chain_of(&leaf, NULL, &root, NULL, TEST_TIME, &err), 0);
	make(&leaf, &root, (struct test_cert_plan){.name = "Leaf", .extensions = outside});
	assert_int_equal(chain_of(&leaf, NULL, &root, NULL, TEST_TIME, &err), -ERR_DENIED);
	assert_has(err.msg, "permitted subtree violation");
	done(&leaf);
	done(&root);
}

TEST(an_unknown_critical_extension_stops_the_chain)
{
	const char *const odd[] = {"1.2.3.4", "critical,ASN1:UTF8String:a", NULL};
	struct parsed root = {0}, leaf = {0};
	struct err err = {0};

	make(&root, NULL, (struct test_cert_plan){.name = "Root", .is_ca = true});
	make(&leaf, &root, (struct test_cert_plan){.name = "Leaf", .extensions = odd});
	assert_int_equal(chain_of(&leaf, NULL, &root, NULL, TEST_TIME, &err), -ERR_DENIED);
	assert_has(err.msg, "unhandled critical extension");
	done(&leaf);
	done(&root);
}

TEST(an_anchor_of_the_same_name_and_another_key_is_not_enough)
{
	struct parsed root = {0}, other = {0}, leaf = {0};
	struct err err = {0};

	make(&root, NULL, (struct test_cert_plan){.name = "Root", .is_ca = true});
	make(&other, NULL, (struct test_cert_plan){.name = "Root", .is_ca = true});
	make(&leaf, &root, (struct test_cert_plan){.name = "Leaf"});
	assert_int_equal(chain_of(&leaf, NULL, &other, NULL, TEST_TIME, &err), -ERR_DENIED);
	assert_int_equal(certificate_signed_by(leaf.cert, root.cert, &err), 0);
	assert_int_equal(certificate_signed_by(leaf.cert, other.cert, &err), -ERR_DENIED);
	assert_has(err.msg, "is not signed by \"CN=Root");
	done(&leaf);
	done(&other);
	done(&root);
}

TEST(an_anchor_need_not_be_self_signed)
{
	struct parsed root = {0}, between = {0}, leaf = {0};
	struct certificate_wants nobody = {.at = TEST_TIME};
	struct certificate_chain chain;
	struct err err = {0};

	make(&root, NULL, (struct test_cert_plan){.name = "Root", .is_ca = true});
	make(&between, &root, (struct test_cert_plan){.name = "Between", .is_ca = true});
	make(&leaf, &between, (struct test_cert_plan){.name = "Leaf"});
	assert_int_equal(chain_of(&leaf, NULL, &between, NULL, TEST_TIME, &err), 0);
	assert_int_equal(certificate_chain(leaf.cert, &nobody, &chain, &err), -ERR_DENIED);
	done(&leaf);
	done(&between);
	done(&root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(a_certificate_tells_what_is_in_it),
		RUN(parts_of_a_subject_are_in_its_order),
		RUN(pem_and_der_are_the_same_certificate),
		RUN(what_is_no_certificate_is_refused),
		RUN(an_extension_that_is_there_twice_is_refused),
		RUN(a_name_with_a_nul_inside_is_refused),
		RUN(keys_that_are_too_weak_make_no_certificate),
		RUN(a_chain_holds_only_as_a_whole_and_at_its_time),
		RUN(an_anchor_that_does_not_say_that_it_is_a_ca_is_none),
		RUN(a_path_may_be_no_longer_than_its_ca_says),
		RUN(names_must_be_within_the_constraints_of_the_ca),
		RUN(an_unknown_critical_extension_stops_the_chain),
		RUN(an_anchor_of_the_same_name_and_another_key_is_not_enough),
		RUN(an_anchor_need_not_be_self_signed),
	};

	return RUN_ALL(tests);
}
