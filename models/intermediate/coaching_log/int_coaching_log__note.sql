{% set english = (
    '(the|to|of|and|or|you|your|we|our|his|him|she|her|they|them|their|it|its|my|are|'
    ~ 'were|be|been|does|did|don~t|have|has|had|would|should|must|need|needs|can|could|not|'
    ~ 'at|for|with|from|by|about|what|how|why|who|which|when|where|this|that|these|there|'
    ~ 'if|before|after|next|just|out|more|let~s|i|is)'
) -%}
{%- set foreign = (
    '(der|das|dem|den|ein|eine|einen|und|oder|nicht|ist|sind|wir|sie|ich|du|mit|auf|für|'
    ~ 'von|zum|zur|im|bei|wie|warum|wer|wann|kein|keine|noch|bitte|soll|sollte|muss|müssen|'
    ~ 'le|la|les|un|une|des|et|ou|pas|est|sont|nous|vous|il|elle|avec|pour|dans|sur|que|'
    ~ 'qui|quoi|comment|pourquoi|el|los|las|una|y|es|con|para|por|en|qué|cómo|cuándo|lo|'
    ~ 'gli|di|che|per|sono|perché|um|uma|e|não|com|em|mais|een|het|van|niet|wat|hoe)'
) -%}
{%- set lead_in = (
    '(next +time|from +now +on|for +next +time|this +week|next +week|in +future|please|just|'
    ~ 'so|then|also|and|but|ok|okay|first|second|third|finally|next|now|again|'
    ~ 'always|never|simply|instead|today|tomorrow|still|maybe|perhaps|action|advice|tip)'
) -%}
{%- set verb = (
    '(add|address|agree|align|arrange|ask|avoid|be|block|book|bring|build|call|cancel|'
    ~ 'challenge|change|chase|check|choose|clean|close|come|commit|compare|complete|'
    ~ 'confirm|connect|contact|copy|cover|create|cut|define|deliver|describe|develop|'
    ~ 'discuss|document|do|don~t|double|draft|drop|email|engage|ensure|escalate|explain|'
    ~ 'fill|find|finish|fix|focus|follow|forget|get|give|go|hold|identify|include|increase|'
    ~ 'introduce|invite|involve|join|keep|lead|learn|leave|let|let~s|limit|link|list|'
    ~ 'listen|log|look|lower|mail|make|map|measure|meet|mention|move|name|negotiate|offer|'
    ~ 'open|own|pause|phone|pick|ping|pitch|plan|position|practice|practise|prepare|'
    ~ 'present|press|prioritise|prioritize|propose|protect|push|put|qualify|raise|reach|'
    ~ 'read|record|reduce|rehearse|remember|remove|repeat|replace|reply|report|request|'
    ~ 'research|respond|review|rewrite|role-play|run|save|say|schedule|sell|send|set|share|'
    ~ 'shorten|show|skip|slow|speak|spend|split|start|stay|stick|stop|study|submit|'
    ~ 'summarise|summarize|switch|take|talk|target|tell|test|think|track|train|treat|try|'
    ~ 'turn|update|use|verify|visit|wait|walk|watch|work|write)'
) -%}
{%- set noun_use = (
    '(call|review|plan|focus|work|talk|pitch|test|close|start|report|visit|practice|push|'
    ~ 'move|change|target|offer|look|lead|request|draft|list|record|check|share|run|'
    ~ 'contact|document|return|show|set|read|put|cut|stop) +(went|was|is|were|are|has|had|'
    ~ 'of|looks|looked|felt|ended|came|did|does|needs|moved|slipped|date|dates|rate|'
    ~ 'recording|notes|plan|list|that|took|lasted|by|between|from)'
) -%}
{%- set duty = (
    '(should|must|needs? +to|has +to|have +to|ought +to|had +better|shouldn~t|mustn~t|'
    ~ 'supposed +to)'
) -%}
{%- set told = (
    '(told|advised|instructed|reminded|urged|warned|directed|want|wanted|expect|'
    ~ 'need) +(you|him|her|them|the +rep|everybody|everyone) +(not +)?to'
) -%}
{%- set asked = (
    '^ *(so +|then +|also +|and +|again +|first +)?(i +|we +)?(also +|'
    ~ 'then +)?asked +([a-z~-]+ +)?([a-z~-]+ +)?(what|how|why|who|which|when|where|whether|'
    ~ 'if|about +the +options)'
) -%}
{%- set wh_question = (
    '^ *(so +|and +)?(what|how|why|who|which|where|when) +(would|do|does|did|is|are|will|'
    ~ 'can|could|should|else|if|makes?|might|has|have|about)'
) -%}
{%- set other = (
    '(i|it|deal|price|contract|that|which|who|what|customer|buyer|client|prospect|'
    ~ 'procurement|legal|champion|sponsor|board|cfo|ceo)( +also| +really| +still| +just)?'
) -%}
{%- set goal = (
    '(goal|goals|objective|objectives|aim|aims|aiming|ambition|success +looks|'
    ~ 'success +look|wants? +to +(achieve|reach|get|become|be|win)|want +out +of|'
    ~ 'to +be +able +to|like +to +(achieve|reach))'
) -%}
{%- set reality = (
    '(reality|currently|current|so +far|right +now|at +the +moment|situation|stands|'
    ~ 'what +happened|what +has +happened|last +(call|week|month|quarter|meeting)|'
    ~ 'looked +(at|back)|reviewed|went +through|started +from|listened +to|is +happening|'
    ~ 'been +tried|today)'
) -%}
{%- set options = (
    '(option|options|alternative|alternatives|another +way|other +ways?|what +else|'
    ~ 'who +else|could +(also|try|do)|differently|brainstormed|ideas|either|ways +to)'
) -%}
{%- set wills = (
    '(will|i~ll|he~ll|she~ll|we~ll|agreed|agree|commits|committed|going +to|next +steps?|'
    ~ 'by +(monday|tuesday|wednesday|thursday|friday|tomorrow|next)|report +back|'
    ~ 'to +practise|to +practice)'
) -%}
{%- set marked = namespace(sql='lower(note)') -%}
{%- for found, instead in [
    ("chr(13)", "''"), ("'|'", "'/'"), ("'’'", "''''"), ("'e.g. '", "'eg '"), ("'i.e. '", "'ie '"),
    ("'vs. '", "'vs '"), ("'mr. '", "'mr '"), ("'mrs. '", "'mrs '"), ("'dr. '", "'dr '"),
    ("'approx. '", "'approx '"), ("chr(10)", "'|'"), ("'•'", "'|'"), ("';'", "'|'"),
    ("'? '", "'?|'"), ("'! '", "'!|'"), ("'. '", "'.|'"),
] -%}
    {%- set marked.sql = 'replace(' ~ marked.sql ~ ', ' ~ found ~ ', ' ~ instead ~ ')' -%}
{%- endfor -%}
-- How many questions and directives the note of a session holds, and which steps of GROW (goal,
-- reality, options, will) it speaks of. Sentence by sentence, by rules that docs/privacy.md and the
-- docs block of CQ-01 tell; only English is judged. Nothing but counts leaves this model, and
-- without `privacy: {classify_notes: true}` it reads no note at all.
with

notes as (
    {% for object in ['session', 'log', 'form'] %}
        select
            {{ loop.index }} as shape_rank,
            session_id,
            notes as note
        from {{ ref('stg_coaching_log__' ~ object) }}
        where
            {{ var('classify_notes') | lower }}
            and row_status = 'accepted'
            and notes is not null
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

places as (
    {% for place in range(1, 41) %}
        select {{ place }} as place
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

-- A sentence ends at a full stop, question mark or exclamation mark that a blank follows, at a
-- semicolon, or with the line.
cut as (
    select
        shape_rank,
        session_id,
        {{ marked.sql }} as sentences
    from notes
),

sentences as (
    select
        cut.shape_rank,
        cut.session_id,
        {{ dbt.split_part('cut.sentences', "'|'", 'places.place') }} as sentence
    from cut
    inner join places
        on places.place <= 1 + length(cut.sentences) - length(replace(cut.sentences, '|', ''))
),

-- Words with a blank on both sides, without marks (~ is an apostrophe); and without what often
-- leads a sentence in.
worded as (
    select
        shape_rank,
        session_id,
        regexp_extract(sentence, '([?][? )"'']*)$', 1) <> '' as has_mark,
        concat(' ', trim(translate(sentence, ''',:()"!*#.?–', '~           ')), ' ') as words
    from sentences
),

begun as (
    select
        *,
        regexp_replace(words, '^[ -]+({{ lead_in }} +)*', ' ') as beginning
    from worded
),

recognised as (
    select
        *,
        regexp_extract(beginning, '(^ {{ verb }}) ', 1) <> ''
        and regexp_extract(beginning, '(^ {{ noun_use }}) ', 1) = '' as is_imperative,
        regexp_extract(words, '( {{ foreign }}) ', 1) <> '' as has_foreign_word,
        regexp_extract(words, '( {{ english }}) ', 1) <> '' as has_english_word
    from begun
),

told as (
    select
        *,
        has_english_word or (is_imperative and not has_foreign_word) as is_english,
        has_foreign_word and not has_english_word as is_foreign,
        has_mark
        or regexp_extract(words, '({{ asked }}) ', 1) <> ''
        or (
            regexp_extract(words, '({{ wh_question }}) ', 1) <> ''
            and regexp_extract(words, '( (is|was) +(missing|clear|next|important|that) )', 1) = ''
        ) as is_asked,
        regexp_extract(words, '( (ok|okay|right|agreed|yes|please) $)', 1) <> ''
        or regexp_extract(words, '(^ *(can|could|would|will) +you +(please|just) )', 1) <> ''
            as is_order_in_disguise,
        is_imperative
        or (
            regexp_extract(words, '( {{ duty }}) ', 1) <> ''
            and regexp_extract(words, '( {{ other }} +{{ duty }}) ', 1) = ''
            and regexp_extract(words, '( (doesn~t|don~t|didn~t|not) +(have|need) +to) ', 1) = ''
        )
        or regexp_extract(words, '( {{ told }}) ', 1) <> ''
        or regexp_extract(words, '( (make +sure|be +sure +to|no +more)) ', 1) <> '' as is_told
    from recognised
),

judged as (
    select
        *,
        is_asked and not is_order_in_disguise as is_question,
        (is_told or is_order_in_disguise and has_mark) and (is_order_in_disguise or not is_asked)
            as is_directive
    from told
),

counted as (
    select
        shape_rank,
        session_id,
        sum(case when is_english then 1 else 0 end) as english_count,
        sum(case when is_foreign then 1 else 0 end) as foreign_count,
        sum(case when is_question and not is_foreign then 1 else 0 end) as question_count,
        sum(case when is_directive and not is_foreign then 1 else 0 end) as directive_count,
        max(case when regexp_extract(words, '( {{ goal }}) ', 1) <> '' then 1 else 0 end)
            as goal_mark,
        max(case when regexp_extract(words, '( {{ reality }}) ', 1) <> '' then 1 else 0 end)
            as reality_mark,
        max(case when regexp_extract(words, '( {{ options }}) ', 1) <> '' then 1 else 0 end)
            as options_mark,
        max(
            case
                when not is_question and regexp_extract(words, '( {{ wills }}) ', 1) <> '' then 1
                else 0
            end
        ) as will_mark
    from judged
    group by shape_rank, session_id
),

final as (
    select
        shape_rank,
        session_id,
        case
            when english_count > foreign_count then 'en'
            when foreign_count > 0 then 'other'
            else 'unknown'
        end as note_language,
        case
            when english_count > foreign_count then cast(question_count as integer)
        end as question_count,
        case
            when english_count > foreign_count then cast(directive_count as integer)
        end as directive_count,
        case when english_count > foreign_count then goal_mark = 1 end as has_goal,
        case when english_count > foreign_count then reality_mark = 1 end as has_reality,
        case when english_count > foreign_count then options_mark = 1 end as has_options,
        case when english_count > foreign_count then will_mark = 1 end as has_will
    from counted
)

select * from final
