-- The splits in force at as_of. Those of one type count if they make the whole deal (R13); where
-- several types do, the one of revenue is credited, and an overlay never: it rewards whoever helped
-- on top of the deal's amount. What does not count stays, and says why.
with

clock as (
    select as_of_date from {{ ref('dim_clock') }}
),

flags as (
    select * from {{ ref('dim_flagged_record') }}
    where entity = 'opportunity_split' and is_deleted
),

-- What was known of a split at as_of, as for a deal: the newest row stamped by then, else the
-- earliest there is. A row in force without a stamp has always held.
row_versions as (
    select
        s.*,
        row_number() over (
            partition by s.opportunity_split_id
            order by
                case
                    when s.row_status = 'accepted' and s.stamped_at is null then 1
                    when s.stamped_date <= clock.as_of_date then 2
                    when s.stamped_at is not null then 3
                    else 4
                end asc,
                case when s.stamped_date <= clock.as_of_date then s.stamped_at end desc nulls last,
                s.stamped_at asc nulls last,
                s.row_status asc,
                s._load_id desc,
                s._source_file desc,
                s._source_row desc
        ) as recency
    from {{ ref('int_opportunity_split_conformed') }} as s
    cross join clock
),

splits as (
    select
        v.*,
        lower(v.split_type) like '%overlay%' as is_overlay
    from row_versions as v
    cross join clock
    left join flags
        on v.opportunity_split_id = flags.record_key
    where
        v.recency = 1
        and flags.record_key is null
        and coalesce(v.created_date <= clock.as_of_date, true)
),

opportunities as (
    select
        opportunity_id,
        is_open,
        close_date
    from {{ ref('fct_opportunity') }}
),

aliases as (
    select * from {{ ref('int_person_alias') }}
),

dated as (
    select
        s.*,
        case when o.is_open then clock.as_of_date else coalesce(o.close_date, clock.as_of_date) end
            as credit_date,
        sum(s.split_percent) over (partition by s.opportunity_id, s.split_type) as type_percent
    from splits as s
    cross join clock
    inner join opportunities as o
        on s.opportunity_id = o.opportunity_id
),

ranked as (
    select
        *,
        dense_rank() over (
            partition by opportunity_id
            order by
                case when type_percent = 100 and not is_overlay then 0 else 1 end asc,
                case when lower(split_type) like '%revenue%' then 1 else 2 end asc,
                split_type asc
        ) as type_rank
    from dated
),

final as (
    select
        r.opportunity_split_id,
        r.opportunity_id,
        coalesce(a.person_id, '(unassigned)') as person_id,
        r.split_type,
        r.split_percent,
        r.type_percent = 100 and not r.is_overlay and r.type_rank = 1 as is_credited,
        case
            when r.is_overlay then 'overlay_split'
            when r.type_percent <> 100 then 'split_sum'
            when r.type_rank > 1 then 'other_split_type'
        end as reason_code,
        r.credit_date,
        r.source_system,
        r._source_file,
        r._source_row
    from ranked as r
    left join aliases as a
        on
            r.source_system = a.source_system
            and r.person_alias = a.alias
            and r.credit_date >= a.valid_from
            and r.credit_date < a.valid_to
)

select * from final
