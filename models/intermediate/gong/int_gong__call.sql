-- Calls and their measures. Parts of a call count as they came with the record in force.
with

calls as (
    select * from {{ ref('stg_gong__call') }}
    where row_status = 'accepted'
),

stats as (
    select
        s.call_id,
        max(
            case
                when lower(s.stat_name) = 'talk ratio'
                    then try_cast(s.stat_value_text as decimal(18, 6))
            end
        ) as talk_ratio,
        max(
            case
                when lower(s.stat_name) = 'longest monologue'
                    then try_cast(s.stat_value_text as decimal(18, 6))
            end
        ) as longest_monologue_seconds,
        max(
            case
                when lower(s.stat_name) = 'interactivity'
                    then try_cast(s.stat_value_text as decimal(18, 4))
            end
        ) as interactivity,
        max(
            case
                when lower(s.stat_name) = 'patience'
                    then try_cast(s.stat_value_text as decimal(18, 4))
            end
        ) as patience_seconds
    from {{ ref('stg_gong__interaction_stat') }} as s
    inner join calls as c
        on
            s.call_id = c.call_id
            and s._source_file = c._source_file
            and s._source_row = c._source_row
            and s._load_id = c._load_id
    where s.row_status = 'accepted'
    group by s.call_id
),

speech as (
    select
        s.call_id,
        sum(
            case
                when s.user_id = c.primary_user_id
                    then try_cast(s.talk_seconds_text as decimal(18, 3))
                else 0
            end
        ) as owner_seconds,
        sum(try_cast(s.talk_seconds_text as decimal(18, 3))) as all_seconds
    from {{ ref('stg_gong__call_speaker') }} as s
    inner join calls as c
        on
            s.call_id = c.call_id
            and s._source_file = c._source_file
            and s._source_row = c._source_row
            and s._load_id = c._load_id
    where s.row_status = 'accepted'
    group by s.call_id
),

parties as (
    select
        p.call_id,
        max(case when p.affiliation = 'external' then 1 else 0 end) as has_external
    from {{ ref('stg_gong__call_party') }} as p
    inner join calls as c
        on
            p.call_id = c.call_id
            and p._source_file = c._source_file
            and p._source_row = c._source_row
            and p._load_id = c._load_id
    where p.row_status = 'accepted'
    group by p.call_id
),

links as (
    select
        l.call_id,
        min(case when lower(l.object_type) in ('task', 'event') then l.crm_record_id end)
            as activity_alias,
        min(case when lower(l.object_type) in ('opportunity', 'deal') then l.crm_record_id end)
            as opportunity_alias,
        min(case when lower(l.object_type) in ('account', 'company') then l.crm_record_id end)
            as account_alias
    from {{ ref('stg_gong__call_context') }} as l
    inner join calls as c
        on
            l.call_id = c.call_id
            and l._source_file = c._source_file
            and l._source_row = c._source_row
            and l._load_id = c._load_id
    where l.row_status = 'accepted'
    group by l.call_id
),

final as (
    select
        'gong' as source_system,
        'gong:' || c.call_id as call_id,
        links.activity_alias,
        c.primary_user_id as owner_alias,
        links.opportunity_alias,
        links.account_alias,
        c.started_at,
        c.duration_seconds,
        cast(
            round(coalesce(speech.owner_seconds, stats.talk_ratio * c.duration_seconds), 0)
            as integer
        ) as rep_speech_seconds,
        cast(
            round(
                coalesce(
                    speech.all_seconds - speech.owner_seconds,
                    (1 - stats.talk_ratio) * c.duration_seconds
                ), 0
            ) as integer
        ) as other_speech_seconds,
        c.company_question_count as question_count,
        cast(round(stats.longest_monologue_seconds, 0) as integer) as longest_monologue_seconds,
        stats.interactivity,
        stats.patience_seconds,
        case
            when c.scope = 'external' then true
            when c.scope = 'internal' then false
            else coalesce(parties.has_external = 1, false)
        end as is_customer_call,
        c._source_file,
        c._source_row
    from calls as c
    left join stats
        on c.call_id = stats.call_id
    left join speech
        on c.call_id = speech.call_id
    left join parties
        on c.call_id = parties.call_id
    left join links
        on c.call_id = links.call_id
)

select * from final
