/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/scan_alerts.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/limits.h"
#include "report/report.h"

#define RULES_BYTES 1024
#define RULES_TOLD  20

/* ---- in the scan ---- */

/* The rules that deny, in the order of the policy. */
static void add_rules(const struct verdict *v, struct strbuf *out)
{
	size_t n = 0;

	for (size_t i = 0; i < v->n_reasons && n < RULES_TOLD; i++)
		if (v->reasons[i].effect == VERDICT_DENY) {
			strbuf_addf(out, "%s", n++ ? "," : "");
			strbuf_add(out,
				   str_sub(v->reasons[i].rule, 0, RULES_BYTES / RULES_TOLD - 1));
		}
}

static void add_why(const struct verdict *v, struct strbuf *out)
{
	const struct verdict_reason *first = NULL;
	size_t n = 0;

	for (size_t i = 0; i < v->n_reasons; i++)
		if (v->reasons[i].effect == VERDICT_DENY) {
			first = first ? first : &v->reasons[i];
			n++;
		}
	strbuf_addf(out, "policy %.*s denies it", STR_FMT(v->policy));
	if (first)
		strbuf_addf(out, ": %.*s: %.*s", STR_FMT(first->rule), STR_FMT(first->message));
	if (n > 1)
		strbuf_addf(out, " (and %zu more %s)", n - 1, n == 2 ? "rule" : "rules");
}

static struct str name_of(const struct report *report)
{
	return report->image.name.n ? report->image.name : report->target.given;
}

static struct str digest_of_image(const struct report *report)
{
	const struct report_image *image = &report->image;

	return image->manifest_digest.n ? image->manifest_digest : image->config_digest;
}

int scan_alert_write(int fd, const struct report *report, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf rules = STRBUF_INIT(2 * RULES_BYTES);
	CLEANUP(strbuf_done) struct strbuf why = STRBUF_INIT(LIMIT_OUTPUT_BYTES);
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(LIMIT_ALERT_BYTES);
	char id[ALERT_ID_N + 1];
	struct alert alert = {
		.kind = STR("denied-image"),
		.severity = SEVERITY_HIGH,
		.title = STR("denied image"),
		.subject = name_of(report),
		.digest = digest_of_image(report),
		.remedy = STR("do not run it; plimsoll check names each rule and what it is about"),
	};
	int r;

	if (report->verdict.decision != VERDICT_DENY)
		return 0;
	add_rules(&report->verdict, &rules);
	add_why(&report->verdict, &why);
	alert.reason = strbuf_str(&rules);
	alert.why = strbuf_str(&why);
	r = alert_name(&alert, id, err);
	if (r == 0)
		r = alert_write(&alert, JSON_COMPACT, &out, err);
	return r < 0 ? r : fd_write_all(fd, strbuf_str(&out), err);
}

/* ---- beside it ---- */

static pid_t start(const struct scan_options *given, const char *command, int argc,
		   const char *const *argv, int from, int to)
{
	struct scan_options opt = *given;
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* it ends by itself, too */
	(void)signal(SIGPIPE, SIG_DFL);		/* as in a scan without alerts */
	(void)signal(SIGXFSZ, SIG_DFL);
	(void)close(from); /* it is this process's alone */
	opt.alerts.sinks.n = 0;
	opt.alert_fd = to;
	_exit(scan_command(&opt, command, argc, argv));
}

static int wait_for(pid_t pid, struct err *err)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return err_errno(err, errno, "the scan");
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	if (WTERMSIG(status) == SIGPIPE) /* who read its output has enough: nothing to tell */
		return 128 + SIGPIPE;
	return err_set(err, ERR_IO, "the scan broke off: signal %d", WTERMSIG(status));
}

static int raise_alert(struct alerter *alerter, struct str bytes, struct err *err)
{
	CLEANUP(json_freep) struct json *doc = NULL;
	struct alert alert;
	int r = bytes.n ? json_parse(bytes, &doc, err) : 0;

	if (bytes.n == 0)
		return 0; /* nothing is denied */
	if (r == 0)
		r = alert_read(doc, &alert, err);
	if (r == 0)
		(void)alerter_raise(alerter, &alert); /* it has told what went wrong */
	return r < 0 ? err_wrap(err, r, "what the scan says") : 0;
}

int scan_with_alerts(const struct scan_options *opt, const char *command, int argc,
		     const char *const *argv)
{
	CLEANUP(alerter_freep) struct alerter *alerter = NULL;
	CLEANUP(strbuf_done) struct strbuf said = STRBUF_INIT(LIMIT_ALERT_BYTES);
	CLEANUP(fd_closep) int from = -1;
	CLEANUP(fd_closep) int to = -1;
	struct err err = {0}, trouble = {0};
	int pair[2], status, r;
	pid_t pid;

	if (alerter_open(&opt->alerts, command, &alerter, &err) < 0)
		return command_error(&err);
	if (pipe2(pair, O_CLOEXEC) < 0) {
		(void)err_errno(&err, errno, "%s", command);
		return command_error(&err);
	}
	from = pair[0];
	to = pair[1];
	pid = start(opt, command, argc, argv, from, to);
	if (pid < 0) {
		(void)err_errno(&err, errno, "%s", command);
		return command_error(&err);
	}
	fd_closep(&to);
	r = fd_read_all(from, &said, &trouble);
	fd_closep(&from); /* who still writes gets an error instead of waiting */
	status = wait_for(pid, &err);
	if (r == 0)
		r = raise_alert(alerter, strbuf_str(&said), &trouble);
	if (r < 0)
		alerter_tell(NULL, trouble.msg);
	alerter_send(alerter, NULL);
	return status < 0 ? command_error(&err) : status;
}
