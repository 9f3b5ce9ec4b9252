#include "explainwords.h"

#include <string.h>

typedef struct explain_word {
    const char *name;
    const char *texts[2]; /* by language */
} explain_word;

static const explain_word explain_types[] = {
    {"partner.joined", {"contract begun", "契約開始"}},
    {"partner.updated", {"partner data changed", "パートナー情報の変更"}},
    {"partner.left", {"contract ended", "契約終了"}},
    {"partner.referred", {"partners referred", "パートナー紹介"}},
    {"rep.joined", {"reps joined", "担当者の登録"}},
    {"rep.updated", {"rep data changed", "担当者情報の変更"}},
    {"rep.left", {"reps left", "担当者の退職"}},
    {"course.completed", {"courses completed", "コース修了"}},
    {"lead.registered", {"leads registered", "リード登録"}},
    {"meeting.held", {"meetings held", "商談"}},
    {"deal.won", {"deals won", "受注"}},
    {"deal.lost", {"deals lost", "失注"}},
    {"deal.cancelled", {"deals cancelled", "解約"}},
    {"deal.refunded", {"refunds", "返金"}},
    {"deal.upsold", {"upsells", "アップセル"}},
    {"invoice.paid", {"invoices paid", "入金"}},
    {"portal.login", {"portal logins", "ポータルへのログイン"}},
    {"document.downloaded", {"documents downloaded", "資料のダウンロード"}},
    {"seminar.attended", {"study sessions attended", "勉強会への参加"}},
    {"event.voided", {"voids", "取消"}},
};

static const explain_word explain_kinds[] = {
    {"cash", {"cash", "現金"}},         {"gift_card", {"gift card", "ギフトカード"}},
    {"points", {"points", "ポイント"}}, {"rate", {"commission rate", "手数料率"}},
    {"rank", {"rank", "ランク"}},       {"notice", {"notice", "通知"}},
};

/* {text} are the event types, {type} is the field. */
static const explain_word explain_measures[] = {
    {"count", {"{text}", "{text}の件数"}},
    {"sum", {"total {type} of {text}", "{text}の {type} の合計"}},
    {"average", {"average {type} of {text}", "{text}の {type} の平均"}},
    {"minimum", {"smallest {type} of {text}", "{text}の {type} の最小"}},
    {"maximum", {"largest {type} of {text}", "{text}の {type} の最大"}},
    {"distinct", {"different {type} of {text}", "{text}の {type} の種類"}},
    {"coverage", {"share of reps with {text}", "{text}を済ませた担当者の割合"}},
    {"covered", {"reps with {text}", "{text}を済ませた担当者の人数"}},
    {"streak", {"periods in a row", "連続達成期間"}},
    {"value", {"computed value", "計算値"}},
    {"is", {"stated condition", "指定された条件"}},
};

static const explain_word explain_compares[] = {
    {NULL, {"", ""}},
    {NULL, {"at least {target}", "{target} 以上"}},
    {NULL, {"more than {target}", "{target} より多い"}},
    {NULL, {"at most {target}", "{target} 以下"}},
    {NULL, {"less than {target}", "{target} 未満"}},
    {NULL, {"each {target}", "{target} ごと"}},
    {NULL, {"compared with the others", "他の参加者との比較"}},
};

static const explain_word explain_checks[] = {
    {"eligible", {"eligible", "対象者であること"}},
    {"active", {"within the campaign{span}", "キャンペーン期間内であること{span}"}},
    {"where", {"the event is of the kind asked for", "イベントが条件に合うこと"}},
    {"window", {"within the period", "期間内であること"}},
    {"partner", {"the partner is under contract", "パートナーが契約中であること"}},
    {"rep", {"the rep is with the partner", "担当者が在籍していること"}},
    {"amount", {"there is an amount", "金額があること"}},
    {"subject", {"the event names whom the rule is about", "イベントがルールの対象を示していること"}},
};

static const char *const explain_states[][2] = {
    {"", ""},
    {"Not reached yet.", "まだ達成していません。"},
    {"Reached.", "達成しています。"},
    {"Not reached in time.", "期限までに達成しませんでした。"},
    {"It has not begun yet.", "まだ始まっていません。"},
    {"Not eligible.", "対象ではありません。"},
    {"Outside of the campaign.", "キャンペーン期間外です。"},
};

static const explain_word *explain_find(const explain_word *words, size_t count, prm_text name)
{
    for (size_t i = 0; i < count; i++)
        if (text_is(name, words[i].name))
            return &words[i];
    return NULL;
}

#define EXPLAIN_FIND(words, name) explain_find(words, sizeof(words) / sizeof(words)[0], name)

int explainwords_language(const char *name, explain_language *out)
{
    if (strncmp(name, "ja", 2) != 0 && strncmp(name, "en", 2) != 0)
        return 0;
    if (name[2] != '\0' && strchr("_-.@", name[2]) == NULL)
        return 0;
    *out = name[0] == 'j' ? EXPLAIN_JAPANESE : EXPLAIN_ENGLISH;
    return 1;
}

void explainwords_types(buffer *out, explain_language language, prm_text types)
{
    while (types.size > 0) {
        size_t size = 0;
        while (size < types.size && types.data[size] != ',')
            size++;
        const explain_word *word = EXPLAIN_FIND(explain_types, ((prm_text){types.data, size}));
        if (word != NULL)
            buffer_string(out, word->texts[language]);
        else
            buffer_put(out, types.data, size);
        if (size < types.size)
            buffer_string(out, language == EXPLAIN_JAPANESE ? "・" : ", ");
        while (size < types.size && (types.data[size] == ',' || types.data[size] == ' '))
            size++;
        types = (prm_text){types.data + size, types.size - size};
    }
}

prm_text explainwords_kind(explain_language language, prm_text kind)
{
    const explain_word *word = EXPLAIN_FIND(explain_kinds, kind);
    return word == NULL ? kind : text_of(word->texts[language]);
}

const char *explainwords_measure(explain_language language, prm_text measure)
{
    const explain_word *word = EXPLAIN_FIND(explain_measures, measure);
    return word == NULL ? "" : word->texts[language];
}

const char *explainwords_compare(explain_language language, uint32_t code)
{
    return code > PRM_COMPARE_MOST ? "" : explain_compares[code].texts[language];
}

const char *explainwords_check(explain_language language, prm_text check)
{
    const explain_word *word = EXPLAIN_FIND(explain_checks, check);
    return word == NULL ? "" : word->texts[language];
}

const char *explainwords_state(explain_language language, uint32_t state)
{
    return state > PRM_STATE_INACTIVE ? "" : explain_states[state][language];
}
