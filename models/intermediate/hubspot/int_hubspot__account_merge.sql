-- A company lists those that were merged into it (id;id, some exports id:stamp;id:stamp). One that
-- several list went to the company that nobody lists.
with

numbers as (
    select * from {{ ref('int_hubspot__list_place') }}
),

companies as (
    select * from {{ ref('stg_hubspot__company') }}
    where row_status = 'accepted' and merged_company_ids is not null
),

links as (
    select
        c.company_id,
        {{ clean_text("split_part(split_part(c.merged_company_ids, ';', n.number), ':', 1)") }}
            as merged_company_id,
        c._source_file,
        c._source_row
    from companies as c
    inner join numbers as n
        on
            n.number
            <= length(c.merged_company_ids) - length(replace(c.merged_company_ids, ';', '')) + 1
),

listed as (
    select merged_company_id
    from links
    group by merged_company_id
),

ranked as (
    select
        links.*,
        row_number() over (
            partition by links.merged_company_id
            order by
                case when listed.merged_company_id is null then 0 else 1 end asc,
                links.company_id asc
        ) as choice
    from links
    left join listed
        on links.company_id = listed.merged_company_id
    where links.merged_company_id <> links.company_id
),

final as (
    select
        'hubspot' as source_system,
        'hubspot:' || merged_company_id as merged_account_id,
        merged_company_id as merged_alias,
        'hubspot:' || company_id as surviving_account_id,
        _source_file,
        _source_row
    from ranked
    where choice = 1
)

select * from final
