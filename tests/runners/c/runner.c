/*
 * The C runner of the scenarios: reads one JSON command per line, calls libksef as a C program would, prints one JSON
 * result per line. The protocol stands in tests/README.md. No expectations, no retries, no defaults of its own.
 */
#include <cjson/cJSON.h>
#include <ksef.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MAX_NAMES = 16 };

static struct {
    char *name;
    ksef_client *client;
    double timeout_ms;
} clients[MAX_NAMES];

static struct {
    char *name;
    ksef_session *session;
} sessions[MAX_NAMES];

/* ---- results ---- */

static cJSON *unsupported(const char *what)
{
    cJSON *result = cJSON_CreateObject();
    cJSON_AddStringToObject(result, "unsupported", what);
    return result;
}

/* Turns an error of the library into a result; takes the error. */
static cJSON *failed(ksef_error *error)
{
    cJSON *result = cJSON_CreateObject();
    cJSON *told = cJSON_AddObjectToObject(result, "error");
    ksef_bytes json = {0};
    ksef_error_json(error, &json);
    cJSON *all = cJSON_Parse((const char *)json.data);
    ksef_bytes_free(&json);
    int code = ksef_error_ksef_code(error);
    unsigned http = ksef_error_http_status(error);
    const char *operation = ksef_error_operation(error);
    cJSON_AddNumberToObject(told, "number", ksef_error_number(error));
    cJSON_AddItemToObject(told, "kind", cJSON_DetachItemFromObject(all, "kind"));
    cJSON_AddItemToObject(told, "ksef_code", code ? cJSON_CreateNumber(code) : cJSON_CreateNull());
    cJSON_AddItemToObject(told, "http_status", http ? cJSON_CreateNumber(http) : cJSON_CreateNull());
    cJSON_AddBoolToObject(told, "was_sent", ksef_error_was_sent(error));
    cJSON_AddBoolToObject(told, "retryable", ksef_error_is_retryable(error));
    cJSON_AddItemToObject(told, "operation", operation ? cJSON_CreateString(operation) : cJSON_CreateNull());
    cJSON_AddStringToObject(told, "message_en", ksef_error_message(error, KSEF_LANGUAGE_ENGLISH));
    cJSON_AddStringToObject(told, "message_pl", ksef_error_message(error, KSEF_LANGUAGE_POLISH));
    cJSON_Delete(all);
    ksef_error_free(error);
    return result;
}

static cJSON *parse(ksef_bytes *bytes)
{
    cJSON *value = cJSON_Parse((const char *)bytes->data);
    ksef_bytes_free(bytes);
    return value;
}

/* Moves a member under another name, if it is there. */
static void move(cJSON *to, const char *new_name, cJSON *from, const char *name)
{
    cJSON *item = cJSON_DetachItemFromObjectCaseSensitive(from, name);
    if (item != NULL)
        cJSON_AddItemToObject(to, new_name, item);
}

/* ---- commands ---- */

static const char *text(const cJSON *command, const char *name)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(command, name));
}

static int client_index(const char *name)
{
    for (int i = 0; name != NULL && i < MAX_NAMES; i++)
        if (clients[i].name != NULL && strcmp(clients[i].name, name) == 0)
            return i;
    return -1;
}

static int session_index(const char *name)
{
    for (int i = 0; name != NULL && i < MAX_NAMES; i++)
        if (sessions[i].name != NULL && strcmp(sessions[i].name, name) == 0)
            return i;
    return -1;
}

struct limits {
    ksef_call call;
    ksef_cancel *token;
    double cancel_after_ms;
    pthread_t thread;
};

static void *cancel_later(void *argument)
{
    struct limits *limits = argument;
    struct timespec wait = {(time_t)(limits->cancel_after_ms / 1000), ((long)limits->cancel_after_ms % 1000) * 1000000L};
    nanosleep(&wait, NULL);
    ksef_cancel_now(limits->token);
    return NULL;
}

static ksef_call *begin(struct limits *limits, const cJSON *command, double timeout_ms)
{
    const cJSON *own = cJSON_GetObjectItemCaseSensitive(command, "timeout_ms");
    const cJSON *cancel = cJSON_GetObjectItemCaseSensitive(command, "cancel_after_ms");
    memset(limits, 0, sizeof *limits);
    limits->call.size = sizeof limits->call;
    limits->call.timeout_ms = (int64_t)(cJSON_IsNumber(own) ? own->valuedouble : timeout_ms);
    if (cJSON_IsNumber(cancel)) {
        limits->token = ksef_cancel_new();
        limits->call.cancel = limits->token;
        limits->cancel_after_ms = cancel->valuedouble;
        pthread_create(&limits->thread, NULL, cancel_later, limits);
    }
    return &limits->call;
}

static void end(struct limits *limits)
{
    if (limits->token != NULL) {
        pthread_join(limits->thread, NULL);
        ksef_cancel_free(limits->token);
    }
}

static cJSON *make_client(const cJSON *command)
{
    const cJSON *credentials = cJSON_GetObjectItemCaseSensitive(command, "credentials");
    const cJSON *context = cJSON_GetObjectItemCaseSensitive(command, "context");
    const cJSON *timeout = cJSON_GetObjectItemCaseSensitive(command, "timeout_ms");
    const char *token = text(credentials, "token");
    const char *certificate = text(credentials, "certificate_pem");
    ksef_config *config = ksef_config_new();
    ksef_client *client = NULL;
    ksef_error *error = NULL;
    ksef_status status = ksef_config_set_hosts(config, text(command, "api"), NULL, NULL, &error);
    if (status == 0 && context != NULL)
        status = ksef_config_set_context(config, text(context, "type"), text(context, "value"), &error);
    if (status == 0 && token != NULL)
        status = ksef_config_set_token(config, token, &error);
    if (status == 0 && certificate != NULL)
        status = ksef_config_set_certificate(config, certificate, text(credentials, "key_pem"),
                                             text(credentials, "key_password"), &error);
    if (status == 0)
        status = ksef_client_new(config, &client, &error);
    ksef_config_free(config);
    if (status != 0)
        return failed(error);

    int place = client_index(text(command, "client"));
    for (int i = 0; place < 0 && i < MAX_NAMES; i++)
        if (clients[i].name == NULL)
            place = i;
    if (place < 0)
        return unsupported("too many clients");
    free(clients[place].name);
    ksef_client_free(clients[place].client);
    clients[place].name = strdup(text(command, "client"));
    clients[place].client = client;
    clients[place].timeout_ms = cJSON_IsNumber(timeout) ? timeout->valuedouble : 0;
    return cJSON_CreateObject();
}

static cJSON *open_session(const cJSON *command, ksef_client *client, ksef_call *call)
{
    ksef_session *session = NULL;
    ksef_error *error = NULL;
    if (ksef_client_open_session(client, text(command, "form"), call, &session, &error) != 0)
        return failed(error);
    int place = session_index(text(command, "session"));
    for (int i = 0; place < 0 && i < MAX_NAMES; i++)
        if (sessions[i].name == NULL)
            place = i;
    if (place < 0)
        return unsupported("too many sessions");
    free(sessions[place].name);
    ksef_session_free(sessions[place].session);
    sessions[place].name = strdup(text(command, "session"));
    sessions[place].session = session;
    cJSON *result = cJSON_CreateObject();
    cJSON_AddStringToObject(result, "reference_number", ksef_session_reference_number(session));
    cJSON_AddStringToObject(result, "valid_until", ksef_session_valid_until(session));
    return result;
}

static cJSON *outcome_result(ksef_outcome *outcome)
{
    static const char *const kinds[] = {"", "accepted", "rejected", "pending", "unknown"};
    ksef_bytes json = {0};
    ksef_error *error = NULL;
    if (ksef_outcome_json(outcome, &json, &error) != 0) {
        ksef_outcome_free(outcome);
        return failed(error);
    }
    cJSON *all = parse(&json);
    cJSON *result = cJSON_CreateObject();
    cJSON_AddStringToObject(result, "outcome", kinds[ksef_outcome_kind(outcome)]);
    move(result, "invoice_hash", all, "invoiceHash");
    move(result, "invoice_reference", all, "invoiceReference");
    move(result, "ksef_number", all, "ksefNumber");
    move(result, "already_sent", all, "alreadySent");
    move(result, "code", all, "code");
    move(result, "description", all, "description");
    move(result, "details", all, "details");
    cJSON *original = cJSON_GetObjectItemCaseSensitive(all, "original");
    if (original != NULL)
        move(result, "original_ksef_number", original, "ksefNumber");
    move(result, "resume_token", all, "resumeToken");
    cJSON_Delete(all);
    ksef_outcome_free(outcome);
    return result;
}

static cJSON *send_invoice(const cJSON *command, ksef_session *session, ksef_call *call)
{
    const cJSON *wait = cJSON_GetObjectItemCaseSensitive(command, "wait_ms");
    FILE *file = fopen(text(command, "invoice"), "rb");
    if (file == NULL)
        return unsupported("the invoice file cannot be read");
    static uint8_t invoice[8000000];
    size_t length = fread(invoice, 1, sizeof invoice, file);
    fclose(file);

    ksef_send_options options = {0};
    options.size = sizeof options;
    options.offline = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(command, "offline"));
    options.hash_of_corrected_invoice = text(command, "corrected_hash");
    if (cJSON_IsNumber(wait))
        options.wait_ms = wait->valuedouble == 0 ? -1 : (int64_t)wait->valuedouble;
    ksef_outcome *outcome = NULL;
    ksef_error *error = NULL;
    if (ksef_session_send(session, invoice, length, &options, call, &outcome, &error) != 0)
        return failed(error);
    return outcome_result(outcome);
}

static cJSON *resume(const cJSON *command, ksef_client *client, ksef_call *call)
{
    const cJSON *wait = cJSON_GetObjectItemCaseSensitive(command, "wait_ms");
    ksef_outcome *outcome = NULL;
    ksef_error *error = NULL;
    int64_t wait_ms = !cJSON_IsNumber(wait) ? 0 : wait->valuedouble == 0 ? -1 : (int64_t)wait->valuedouble;
    if (ksef_client_resume(client, text(command, "token"), wait_ms, call, &outcome, &error) != 0)
        return failed(error);
    return outcome_result(outcome);
}

static cJSON *session_status(ksef_session *session, ksef_call *call)
{
    static const char *const counters[][2] = {{"invoice_count", "invoiceCount"},
                                              {"successful_invoice_count", "successfulInvoiceCount"},
                                              {"failed_invoice_count", "failedInvoiceCount"}};
    ksef_bytes json = {0};
    ksef_error *error = NULL;
    if (ksef_session_status(session, call, &json, &error) != 0)
        return failed(error);
    cJSON *all = parse(&json);
    cJSON *status = cJSON_GetObjectItemCaseSensitive(all, "status");
    cJSON *result = cJSON_CreateObject();
    move(result, "code", status, "code");
    move(result, "description", status, "description");
    for (size_t i = 0; i < 3; i++) {
        const cJSON *count = cJSON_GetObjectItemCaseSensitive(all, counters[i][1]);
        cJSON_AddNumberToObject(result, counters[i][0], cJSON_IsNumber(count) ? count->valuedouble : 0);
    }
    cJSON_Delete(all);
    return result;
}

static cJSON *invoices(ksef_session *session, ksef_call *call, int only_failed)
{
    ksef_bytes json = {0};
    ksef_error *error = NULL;
    ksef_status got = only_failed ? ksef_session_failed_invoices(session, call, &json, &error)
                                  : ksef_session_invoices(session, call, &json, &error);
    if (got != 0)
        return failed(error);
    cJSON *all = parse(&json), *item;
    cJSON *result = cJSON_CreateObject();
    cJSON *list = cJSON_AddArrayToObject(result, "invoices");
    cJSON_ArrayForEach(item, all)
    {
        cJSON *told = cJSON_CreateObject();
        move(told, "reference_number", item, "referenceNumber");
        move(told, "ordinal_number", item, "ordinalNumber");
        move(told, "ksef_number", item, "ksefNumber");
        move(told, "invoice_hash", item, "invoiceHash");
        move(told, "code", cJSON_GetObjectItemCaseSensitive(item, "status"), "code");
        cJSON_AddItemToArray(list, told);
    }
    cJSON_Delete(all);
    return result;
}

static cJSON *auth_sessions(ksef_client *client, ksef_call *call)
{
    ksef_bytes json = {0};
    ksef_error *error = NULL;
    if (ksef_client_auth_sessions(client, call, &json, &error) != 0)
        return failed(error);
    cJSON *all = parse(&json), *item;
    cJSON *result = cJSON_CreateObject();
    cJSON *list = cJSON_AddArrayToObject(result, "sessions");
    cJSON_ArrayForEach(item, all)
    {
        cJSON *told = cJSON_CreateObject();
        move(told, "reference_number", item, "referenceNumber");
        move(told, "is_current", item, "isCurrent");
        cJSON_AddItemToArray(list, told);
    }
    cJSON_Delete(all);
    return result;
}

static cJSON *warnings(ksef_client *client)
{
    ksef_bytes json = {0};
    ksef_error *error = NULL;
    if (ksef_client_warnings(client, &json, &error) != 0)
        return failed(error);
    cJSON *result = cJSON_CreateObject();
    cJSON_AddItemToObject(result, "warnings", parse(&json));
    return result;
}

/* What one UPO says. `hash_verified` is true because the library hands out no UPO whose hash it did not compare. */
static void add_upo(cJSON *list, ksef_bytes *upo)
{
    ksef_bytes json = {0};
    cJSON *told = cJSON_CreateObject();
    cJSON *numbers = cJSON_AddArrayToObject(told, "ksef_numbers");
    ksef_status verified = ksef_upo_verify(upo->data, upo->length, &json, NULL);
    cJSON_AddBoolToObject(told, "signature_valid", verified == 0);
    cJSON_AddBoolToObject(told, "hash_verified", 1);
    if (verified == 0) {
        cJSON *all = parse(&json), *document;
        cJSON_ArrayForEach(document, cJSON_GetObjectItemCaseSensitive(all, "documents"))
        {
            cJSON_AddItemToArray(numbers, cJSON_DetachItemFromObjectCaseSensitive(document, "ksefNumber"));
        }
        move(told, "sha256", all, "hash");
        cJSON_Delete(all);
    }
    cJSON_AddItemToArray(list, told);
    ksef_bytes_free(upo);
}

static cJSON *upo(const cJSON *command, ksef_session *session, ksef_call *call)
{
    const char *by = text(command, "by");
    ksef_bytes content = {0};
    ksef_error *error = NULL;
    ksef_status got = 0;
    cJSON *result = cJSON_CreateObject();
    cJSON *list = cJSON_AddArrayToObject(result, "upos");
    if (strcmp(by, "session") == 0) {
        size_t count = 0;
        ksef_upo_list *pages = NULL;
        got = ksef_session_upos(session, call, &pages, &error);
        if (got == 0)
            count = ksef_upo_list_length(pages);
        for (size_t i = 0; got == 0 && i < count; i++) {
            got = ksef_upo_list_content(pages, i, &content, &error);
            if (got == 0)
                add_upo(list, &content);
        }
        ksef_upo_list_free(pages);
    } else {
        got = strcmp(by, "invoice") == 0
                  ? ksef_session_upo_by_invoice(session, text(command, "value"), call, &content, &error)
                  : ksef_session_upo_by_ksef_number(session, text(command, "value"), call, &content, &error);
        if (got == 0)
            add_upo(list, &content);
    }
    if (got != 0) {
        cJSON_Delete(result);
        return failed(error);
    }
    return result;
}

static cJSON *plain(ksef_status status, ksef_error *error)
{
    return status == 0 ? cJSON_CreateObject() : failed(error);
}

static cJSON *execute(const cJSON *command)
{
    const char *what = text(command, "do");
    if (what == NULL)
        return unsupported("a command without `do`");
    if (strcmp(what, "client") == 0)
        return make_client(command);

    int at_client = client_index(text(command, "client"));
    int at_session = session_index(text(command, "session"));
    ksef_client *client = at_client < 0 ? NULL : clients[at_client].client;
    ksef_session *session = at_session < 0 ? NULL : sessions[at_session].session;
    ksef_error *error = NULL;
    struct limits limits;
    ksef_call *call = begin(&limits, command, client == NULL ? 0 : clients[at_client].timeout_ms);
    cJSON *result;
    if (client != NULL && strcmp(what, "log_in") == 0) {
        ksef_status status = ksef_client_log_in(client, call, &error);
        result = plain(status, error);
    } else if (client != NULL && strcmp(what, "log_out") == 0) {
        ksef_status status = ksef_client_log_out(client, call, &error);
        result = plain(status, error);
    } else if (client != NULL && strcmp(what, "auth_sessions") == 0) {
        result = auth_sessions(client, call);
    } else if (client != NULL && strcmp(what, "revoke_auth_session") == 0) {
        const char *reference = text(command, "reference_number");
        if (reference != NULL && strcmp(reference, "current") == 0)
            reference = NULL;
        ksef_status status = ksef_client_revoke_auth_session(client, reference, call, &error);
        result = plain(status, error);
    } else if (client != NULL && strcmp(what, "open_session") == 0) {
        result = open_session(command, client, call);
    } else if (client != NULL && strcmp(what, "resume") == 0) {
        result = resume(command, client, call);
    } else if (client != NULL && strcmp(what, "warnings") == 0) {
        result = warnings(client);
    } else if (session != NULL && strcmp(what, "send") == 0) {
        result = send_invoice(command, session, call);
    } else if (session != NULL && strcmp(what, "session_status") == 0) {
        result = session_status(session, call);
    } else if (session != NULL && strcmp(what, "invoices") == 0) {
        result = invoices(session, call, 0);
    } else if (session != NULL && strcmp(what, "failed_invoices") == 0) {
        result = invoices(session, call, 1);
    } else if (session != NULL && strcmp(what, "close_session") == 0) {
        ksef_status status = ksef_session_close(session, call, &error);
        result = plain(status, error);
    } else if (session != NULL && strcmp(what, "upo") == 0) {
        result = upo(command, session, call);
    } else {
        result = unsupported(what);
    }
    end(&limits);
    return result;
}

static void print(cJSON *result)
{
    char *line = cJSON_PrintUnformatted(result);
    puts(line);
    fflush(stdout);
    cJSON_free(line);
    cJSON_Delete(result);
}

int main(void)
{
    char *line = NULL;
    size_t size = 0;
    int running = 1;
    puts("{\"runner\":\"c\",\"protocol\":1}");
    fflush(stdout);
    while (running && getline(&line, &size, stdin) > 0) {
        cJSON *command = cJSON_Parse(line);
        const char *what = text(command, "do");
        running = what == NULL || strcmp(what, "bye") != 0;
        print(running ? execute(command) : cJSON_CreateObject());
        cJSON_Delete(command);
    }
    free(line);
    for (int i = 0; i < MAX_NAMES; i++) {
        free(sessions[i].name);
        ksef_session_free(sessions[i].session);
        free(clients[i].name);
        ksef_client_free(clients[i].client);
    }
    return 0;
}
